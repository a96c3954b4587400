/** Reads the words of ip(8): its options, its abbreviations, its objects. */
import type { Form } from '../grammar/form.ts'
import { addrForms } from '../ip/addr.ts'
import { batchForms } from '../ip/batch.ts'
import { linkForms } from '../ip/link.ts'
import { neighForms } from '../ip/neigh.ts'
import { allNetnsForms, netnsForms } from '../ip/netns.ts'
import { routeForms } from '../ip/route.ts'
import { ruleForms } from '../ip/rule.ts'
import { tuntapForms } from '../ip/tuntap.ts'
import { moreIpForms } from '../tools/ip-more.ts'
import { ipForms } from '../tools/ip-objects.ts'
import { xfrmForms } from '../tools/xfrm.ts'
import { readForm } from './read-form.ts'
import type { Call } from './typed.ts'

/** The objects in the order in which ip(8) tries a beginning of them (ip.c), with the verb of a line without one. */
const objects: ReadonlyArray<
  readonly [name: string, forms: Readonly<Record<string, Form>> | undefined, verb: string]
> = [
  ['address', addrForms, 'show'],
  ['addrlabel', moreIpForms.addrlabel, 'list'],
  ['maddress', ipForms.maddr, 'show'],
  ['route', routeForms, 'show'],
  ['rule', ruleForms, 'show'],
  ['neighbor', neighForms, 'show'],
  ['neighbour', neighForms, 'show'],
  ['link', linkForms, 'show'],
  ['l2tp', undefined, ''],
  ['tunnel', ipForms.tunnel, 'show'],
  ['tuntap', tuntapForms, 'show'],
  ['monitor', undefined, ''],
  ['xfrm', undefined, ''],
  ['vrf', moreIpForms.vrf, 'show'],
  ['mroute', moreIpForms.mroute, 'show'],
  ['token', moreIpForms.token, 'list'],
  ['ntable', moreIpForms.ntable, 'show'],
  ['fou', moreIpForms.fou, 'show'],
  ['netns', netnsForms, 'list'],
  ['netconf', moreIpForms.netconf, 'show'],
  ['nexthop', ipForms.nexthop, 'show'],
]

/** The forms of an object by what may be typed for the verb: add before append, del before others, as ip(8) tries them. */
const order = [
  'add',
  'change',
  'replace',
  'append',
  'del',
  'delete',
  'show',
  'list',
  'lst',
  'get',
  'flush',
  'set',
  'attach',
  'identify',
  'pids',
  'list-id',
]
function formOf(forms: Readonly<Record<string, Form>>, said: string): Form | undefined {
  const words = Object.values(forms).flatMap((form) =>
    [form.words.at(-1) ?? '', ...(form.verbs ?? [])].map((word) => ({ word, form })),
  )
  const exact = words.find(({ word }) => word === said)
  if (exact) return exact.form
  const near = words.filter(({ word }) => word.startsWith(said))
  // Of a link `s` is set; of all others it is show.
  const rank = (word: string): number =>
    word === 'set' && forms === linkForms ? order.indexOf('show') - 1 : order.indexOf(word)
  near.sort((a, b) => rank(a.word) - rank(b.word))
  return near[0]?.form
}

/** What `ip` was told before its object: the namespace, and options that the forms know. */
interface Before {
  netns?: string
  tool: string[]
  rest: readonly string[]
}

const known: Readonly<Record<string, string>> = {
  '-4': '-4', '-6': '-6', '-d': '-d', '-details': '-d', '-det': '-d', '-br': '-br', '-brief': '-br', '-s': '-s', '-stats': '-s', '-statistics': '-s',
  '-o': '-o', '-oneline': '-o', '-j': '-j', '-json': '-j', '-p': '-p', '-pretty': '-p',
} // biome-ignore format: a table

function beforeObject(words: readonly string[]): Before | undefined {
  const found: Before = { tool: [], rest: [] }
  let at = 0
  for (; words[at]?.startsWith('-'); at++) {
    const word = (words[at] ?? '').replace(/^--/, '-')
    if (/^-(n|netns)$/.test(word)) found.netns = words[++at] ?? ''
    else if (/^-c(olor)?(=.*)?$/.test(word)) continue
    else if (word === '-f' || word === '-family') found.tool.push('-family', words[++at] ?? '')
    else if (known[word]) found.tool.push(known[word] ?? '')
    else return undefined
  }
  found.rest = words.slice(at)
  return found
}

/** What was read: the namespace of `-n`, the calls, or a command inside of a namespace. */
export type ReadIp = { netns?: string; calls: Call[] } | { netns: string; inside: readonly string[] }

/** `ip -n NAME -force -batch FILE`. */
function linesOf(words: readonly string[]): ReadIp | undefined {
  const at = words.findIndex((word) => /^-n(etns?)?$/.test(word))
  const rest = at < 0 ? words : words.filter((_, index) => index !== at && index !== at + 1)
  const calls = /^-b(at?|atch?)?$/.test(rest.at(-2) ?? '') ? readForm(batchForms.ip, rest) : undefined
  return calls && { ...(at < 0 ? {} : { netns: words[at + 1] ?? '' }), calls }
}

/** `ip -all netns exec COMMAND`, `ip -all netns del`. */
function ofAll([option = '', object = '', verb = '', ...rest]: readonly string[]): ReadIp | undefined {
  if (!/^--?all?$/.test(option) || !/^netn?s?$/.test(object) || verb === '') return undefined
  const form = 'exec'.startsWith(verb)
    ? allNetnsForms.execAll
    : 'delete'.startsWith(verb)
      ? allNetnsForms.delAll
      : undefined
  const calls = form && readForm(form, rest)
  return calls && { calls }
}

/** Reads the words behind `ip`; undefined when there is no typed line for them. */
export function readIp(words: readonly string[]): ReadIp | undefined {
  const lines = linesOf(words) ?? ofAll(words)
  if (lines) return lines
  const before = beforeObject(words)
  if (!before) return undefined
  const [object = '', ...rest] = before.rest
  const found = object === '' ? undefined : objects.find(([name]) => name.startsWith(object))
  if (object === 'sr' && rest[0] === 'tunsrc' && rest[1] === 'set') {
    const calls = readForm(moreIpForms.sr.tunsrc, rest.slice(2), before.tool)
    return calls && { ...(before.netns === undefined ? {} : { netns: before.netns }), calls }
  }
  if (found?.[0] === 'xfrm') {
    const kind = ['state', 'policy'].find((one) => rest[0] !== undefined && one.startsWith(rest[0]))
    if (kind === undefined) return undefined
    return readObject([kind, xfrmForms[kind as 'state' | 'policy'], 'list'], rest.slice(1), before)
  }
  if (!found?.[1]) return undefined
  const [name] = found
  if (name === 'netns' && 'exec'.startsWith(rest[0] ?? '-') && rest.length > 2)
    return { netns: rest[1] ?? '', inside: rest.slice(2) }
  return readObject(found, rest, before)
}

/** The words behind the object: the verb, and what follows. */
function readObject(
  [, forms, usual]: (typeof objects)[number],
  rest: readonly string[],
  before: Before,
): ReadIp | undefined {
  const verb = rest[0] ?? usual
  const form = forms && formOf(forms, verb)
  const calls = form && readForm(form, rest.slice(1), familyOf(before.tool, form, rest))
  // `ip addr eth0` is no line of ip(8), but `ip route 10.0.0.0/8` is none either: only a verb leads on.
  return calls && { ...(before.netns === undefined ? {} : { netns: before.netns }), calls }
}

/** `-4` and `-6` are left out where an address says it anyway, and the form knows no family. */
function familyOf(tool: readonly string[], form: Form, rest: readonly string[]): readonly string[] {
  if ('family' in form.clauses || !tool.some((word) => word === '-6' || word === '-4')) return tool
  const v6 = rest.some((word) => word.includes('::') || /^[0-9a-f]+(:[0-9a-f]*){2,}/i.test(word))
  return tool.includes(v6 ? '-6' : '-4') ? tool.filter((word) => word !== '-6' && word !== '-4') : tool
}
