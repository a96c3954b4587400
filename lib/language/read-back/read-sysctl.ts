/** Reads the words of sysctl(8). */
import type { Form } from '../grammar/form.ts'
import { sysctlForms } from '../sysctl.ts'
import { readForm } from './read-form.ts'
import type { Call } from './typed.ts'

/** What only says less on the screen, or goes on after an error. */
const quiet: ReadonlySet<string> = new Set(['-q', '--quiet', '-e', '--ignore'])

/** One sign for each option: `-ar RE` and `--load=FILE` taken apart, and of several words for the same the usual one. */
function apart(words: readonly string[]): string[] {
  const usual = new Map(
    (Object.values(sysctlForms) as Form[]).flatMap(({ words, verbs = [] }) =>
      verbs.map((verb) => [verb, words[1] ?? ''] as const),
    ),
  )
  return words
    .flatMap((word) => {
      const long = word.match(/^(--(?:load|pattern))=(.*)$/)
      if (long) return [long[1] ?? '', long[2] ?? '']
      if (/^-[aAXrNnqepwf]{2,}$/.test(word)) return [...word.slice(1)].map((letter) => `-${letter}`)
      return [word]
    })
    .map((word) => usual.get(word) ?? word)
}

/** The calls for the words behind `sysctl`; undefined when there is no typed line for them. */
export function sysctlCalls(given: readonly string[]): Call[][] | undefined {
  const words = apart(given)
  const many = Object.values(sysctlForms).find((form) => words.includes(form.words[1] ?? ''))
  if (many) {
    const calls = readForm(
      many,
      words.filter((word) => word !== many.words[1] && !quiet.has(word)),
    )
    return calls && [calls]
  }
  const set = words.includes('-w') || words.some((word) => word.includes('='))
  const plain = words.filter(
    (word) => !['-w', '-q', '-n', '-e', '-qw', '-wq', '--write', '--quiet', '--values'].includes(word),
  )
  if (plain.length === 0 || plain.some((word) => word.startsWith('-'))) return undefined
  if (set && plain.length === 3 && plain[1] === '=')
    return [[{ name: 'sysctl' }, { name: 'set', args: [plain[0], settingOf(plain[2] ?? '')] }]]
  return plain.map((word) => {
    const [key = '', value] = word.split(/=(.*)/s)
    return value === undefined
      ? [{ name: 'sysctl' }, { name: 'get', args: [key] }]
      : [{ name: 'sysctl' }, { name: 'set', args: [key, settingOf(value)] }]
  })
}
/** The value of a parameter: a number where it is one. */
export const settingOf = (text: string): string | number =>
  /^\d{1,9}$/.test(text) && String(Number(text)) === text ? Number(text) : text
