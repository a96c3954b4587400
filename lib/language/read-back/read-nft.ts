/** Reads the words of nft(8), which joins them by blanks and reads them itself: so does this. */
import { nftForms } from '../tools/nft.ts'
import { readForm } from './read-form.ts'
import type { Call } from './typed.ts'

/** `add` may be left out; `-a -n` stand before the verb, glued or not. */
function apart(given: readonly string[]): { flags: string[]; words: string[] } | undefined {
  const joined = given.join(' ').trim()
  const found = joined.match(/^((?:--?[a-z]+ )*)([\s\S]*)$/)
  const flags = (found?.[1] ?? '').split(' ').filter(Boolean)
  if (flags.some((one) => !/^(-[anjstN]+|--(handle|numeric|json|stateless|terse))$/.test(one)))
    return undefined
  const letters = flags.flatMap((one) =>
    one.startsWith('--') ? [one] : [...one.slice(1)].map((letter) => `-${letter}`),
  )
  return { flags: [...new Set(letters)], words: (found?.[2] ?? '').split(/\s+/) }
}

const families = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev']
/** How many names stand before the rest, which is one text: the table, then what is in it. */
const names: Readonly<Record<string, number>> = { table: 1, chain: 2, rule: 2, set: 2, map: 2, element: 2 }
const whole: readonly string[] = ['ruleset', 'tables', 'chains', 'sets', 'maps', 'counters']
const verbs: readonly string[] = Object.keys(nftForms)

/** The calls for the words behind `nft`; undefined when there is no typed line for them. */
export function readNft(given: readonly string[]): Call[] | undefined {
  const said = apart(given)
  if (!said) return undefined
  const { flags } = said
  const implied = names[said.words[0] ?? ''] !== undefined
  const [verb = '', what = '', ...rest] = implied ? ['add', ...said.words] : said.words
  if (verb === 'flush' && what === 'ruleset' && rest.length > 1) return undefined
  const forms = verbs.includes(verb) ? nftForms[verb as keyof typeof nftForms] : undefined
  const form = forms && Object.hasOwn(forms, what) ? forms[what as keyof typeof forms] : undefined
  if (!form) return undefined
  if (whole.includes(what)) return rest.length > 1 ? undefined : readForm(form, rest, flags)
  const family = families.includes(rest[0] ?? '') ? (rest.shift() ?? '') : 'ip'
  const count = names[what] ?? 0
  const own = rest.splice(0, count)
  if (verb === 'rename') own.push(...rest.splice(0, 1))
  if (rest[0] === 'handle' && (verb === 'delete' || verb === 'replace')) own.push(...rest.splice(0, 2))
  const text = rest.join(' ').replace(/;\s*$/, '')
  return readForm(form, [family, ...own, ...(text === '' ? [] : [text])], flags)
}
