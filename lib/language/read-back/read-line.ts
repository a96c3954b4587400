/** Reads a line of shell back into the typed lines that say the same: what `vethlab words` prints. */

import type { Place } from '../command.ts'
import { forms as otherForms } from '../tools/index.ts'
import { build, buildable } from './build.ts'
import { namespaceOf, ofNsenter } from './namespaces.ts'
import { olderLines } from './older.ts'
import { captured, listener, question } from './questions.ts'
import { readDocker } from './read-docker.ts'
import { readForm } from './read-form.ts'
import { readIp } from './read-ip.ts'
import { readIptables } from './read-iptables.ts'
import { readNft } from './read-nft.ts'
import { settingOf, sysctlCalls } from './read-sysctl.ts'
import { piecesOf } from './shell-words.ts'
import { shellText, withStream } from './streams.ts'
import { type Call, placeText, type Typed, typedText } from './typed.ts'

/** What became of one command: its typed line, or the line that passes its words on. */
export interface ReadBack {
  readonly text: string
  readonly typed: boolean
  readonly line?: Typed
  /** What the typed line leaves out. */
  readonly without?: string
}

interface At {
  text: string
  kind: Place['kind']
}
const server: At = { text: 'server1', kind: 'server' }

/** The options of sudo that have a value. */
const sudoValues = new Set(['-u', '-g', '-h', '-p'])

/** The words without `sudo`, `env`-like settings, and the path of the program. */
function bare(words: readonly string[]): readonly string[] {
  if (words[0] === 'sudo') {
    let at = 1
    while (words[at]?.startsWith('-')) at += sudoValues.has(words[at] ?? '') ? 2 : 1
    return bare(words.slice(at))
  }
  const [program = '', ...rest] = words
  return /^\/(usr\/)?s?bin\//.test(program) ? [program.replace(/.*\//, ''), ...rest] : words
}

const exec = (at: At, words: readonly string[]): ReadBack => ({
  text: typedText({ place: at.text, calls: [{ name: 'exec', args: words }] }),
  typed: false,
})

/** `echo 1 > /proc/sys/net/ipv4/ip_forward`, and the same by tee. */
function procSys(words: readonly string[], around: readonly string[]): Call[] | undefined {
  if (words[0] !== 'echo') return undefined
  const [value, pipe, ...tee] = words.slice(1).filter((word) => word !== '-n')
  const behind = bare(tee)
  const file =
    pipe === undefined
      ? around[0]?.match(/^>>? (\S+)$/)?.[1]
      : pipe === '|' && behind[0] === 'tee'
        ? behind.find((word) => word.startsWith('/'))
        : undefined
  const key = keyOf(file)
  if (value === undefined || key === undefined) return undefined
  return [{ name: 'sysctl' }, { name: 'set', args: [key, settingOf(value)] }]
}
/** The key of sysctl(8) for a file of /proc/sys. */
function keyOf(file: string | undefined): string | undefined {
  const key = file?.match(/^\/proc\/sys\/(.+)$/)?.[1]
  return key === undefined || key.includes('.') ? key : key.replaceAll('/', '.')
}

function typed(at: At, calls: readonly Call[], words: readonly string[], without?: string): ReadBack {
  const line = { place: at.text, calls }
  if (!buildable(line, at)) return exec(at, words)
  return { text: typedText(line), typed: true, line, ...(without === undefined ? {} : { without }) }
}

/** What a tool does when no verb is said: `bridge fdb`, `tc qdisc`. */
const usualVerb: Readonly<Record<string, string>> = { bridge: 'show', tc: 'show' }
/** Words of theirs that say the same as none. */
const idle: ReadonlySet<string> = new Set(['-c', '-color', '-color=always', '-color=never', '-p'])

/** The words with what stands before the object behind the verb, and with the verb that is meant. */
function regular(given: readonly string[]): readonly string[] {
  const [program = ''] = given
  if (/^(ss|iptables-save|ip6tables-save|arping|traceroute)$/.test(program))
    return given.flatMap((word) =>
      /^-[a-zA-Z]{2,}$/.test(word) ? [...word.slice(1)].map((letter) => `-${letter}`) : [word],
    )
  if (program === 'nsenter') return ofNsenter(given)
  if (program === 'tcpdump')
    return given.flatMap((word) =>
      /^-[a-zA-Z]{2,}$/.test(word)
        ? (word.match(/nn|vvv|vv|[a-zA-Z]/g) ?? []).map((one) => `-${one}`)
        : [word],
    )
  if (program === 'ipset' && (given[1] === '-exist' || given[1] === '-!'))
    return [program, ...given.slice(2), '-exist']
  const verb = usualVerb[program]
  if (verb === undefined || given.at(-2)?.startsWith('-b')) return given
  const end = given.findIndex((word, index) => index > 0 && !word.startsWith('-'))
  const early = given.slice(1, end < 0 ? undefined : end).filter((word) => !idle.has(word))
  const behind = end < 0 ? [] : given.slice(end)
  return [program, ...(behind.length === 1 ? [...behind, verb] : behind), ...early]
}

/** The other tools: the form whose words stand first, the longest of them. */
function byForms(given: readonly string[]): Call[] | undefined {
  const words = regular(given)
  const fitting = otherForms
    .flatMap((form) =>
      [form.words, ...(form.verbs ?? []).map((verb) => [...form.words.slice(0, -1), verb])].map((said) => ({
        form,
        said,
      })),
    )
    .filter(({ said }) =>
      said.every(
        (word, index) =>
          words[index] === word ||
          (index > 0 &&
            word.length > 1 &&
            (words[index]?.length ?? 0) > 0 &&
            word.startsWith(words[index] ?? '-')),
      ),
    )
    .sort((a, b) => b.said.length - a.said.length)
  for (const { form, said } of fitting) {
    const calls = readForm(form, words.slice(said.length))
    if (calls) return calls
  }
  return undefined
}

/** The text of `sh -c '…'`, which is read as if it were typed there. */
function scriptOf(words: readonly string[]): string | undefined {
  const [program = '', option = '', text] = words
  return /^(ba|da|a)?sh$/.test(program) && /^-[elx]*c$/.test(option) && words.length === 3 ? text : undefined
}

/** Reads the words of one command that is typed at a place. */
function readWords(at: At, given: readonly string[], around: readonly string[]): ReadBack[] {
  if (around.includes('&'))
    return inBackground(
      at,
      given,
      around.filter((one) => one !== '&'),
    )
  const words = bare(given)
  const set = procSys(words, around)
  if (set) return [typed(at, set, words)]
  const key = words[0] === 'cat' && words.length === 2 ? keyOf(words[1]) : undefined
  if (key !== undefined && around.length === 0)
    return [typed(at, [{ name: 'sysctl' }, { name: 'get', args: [key] }], words)]
  if (around.some((one) => !one.startsWith('||'))) {
    const said = withStream(words, around)
    return said
      ? readWords(
          at,
          said,
          around.filter((one) => one.startsWith('||')),
        )
      : [exec(at, ['sh', '-c', shellText(given, around)])]
  }
  const script = scriptOf(words)
  if (script !== undefined) {
    const inner = piecesOf(script)?.flatMap((piece) => readWords(at, piece.words, piece.around))
    return inner?.every(({ typed }) => typed) ? inner : [exec(at, words)]
  }
  const older = olderLines(words)
  if (older) return older.flatMap((line) => readWords(at, line, []))
  const inside = namespaceOf(words)
  if (inside) return readWords({ text: placeText('netns', inside.netns), kind: 'netns' }, inside.words, [])
  return byProgram(at, words)
}

/** Reads the words of a program, by its own rules. */
function byProgram(at: At, words: readonly string[]): ReadBack[] {
  const [program = '', ...rest] = words
  if (program === 'ip') {
    const read = readIp(rest)
    if (!read) return [exec(at, words)]
    if ('inside' in read)
      return readWords({ text: placeText('netns', read.netns), kind: 'netns' }, read.inside, [])
    const place: At = read.netns === undefined ? at : { text: placeText('netns', read.netns), kind: 'netns' }
    return [typed(place, read.calls, words)]
  }
  if (program === 'docker' && at.kind === 'server') {
    const read = readDocker(rest)
    if (!read) return [exec(at, words)]
    return 'inside' in read
      ? readWords({ text: placeText('container', read.container), kind: 'container' }, read.inside, [])
      : [typed(at, read.calls, words, read.without)]
  }
  if (program === 'sysctl') {
    const all = sysctlCalls(rest)
    return all ? all.map((calls) => typed(at, calls, words)) : [exec(at, words)]
  }
  if (program === 'nft' && rest[0] !== '-f') {
    const calls = readNft(rest)
    return calls ? [typed(at, calls, words)] : [exec(at, words)]
  }
  const calls = /^ip6?tables$/.test(program) ? readIptables(program, rest) : byForms(words)
  const watch = program === 'tcpdump' && calls && at.kind !== 'container' && captured(at.text, calls, words)
  if (watch) return [{ typed: true, ...watch }]
  if (calls) return [typed(at, calls, words)]
  const asked = listener(words) ?? question(words)
  if (asked) return [typed(at, asked.calls, words, asked.without)]
  return [exec(at, words)]
}

/** What is typed with `&` behind it: a typed line only where that is meant by its words, as of a listener. */
function inBackground(at: At, words: readonly string[], around: readonly string[]): ReadBack[] {
  const all = readWords(at, words, around)
  const stays = all.every(({ line, typed, text }) => {
    const built = line === undefined ? undefined : build(line, { kind: kindOf(line.place, at) })
    return typed && (text.startsWith('capture(') || (built !== undefined && 'background' in built))
  })
  return stays ? all : [exec(at, ['sh', '-c', `${shellText(words, around)} &`])]
}
const kindOf = (place: string, at: At): Place['kind'] => (place === at.text ? at.kind : 'netns')

/** The prompt of a shell that was copied with the line: `$ `, `root@lab:~# `, `# ` before a program. */
function withoutPrompt(line: string): string {
  const text = line.trim().replace(/^(?:\([\w.-]+\) ?)?(?:\[?[\w.-]+@[\w.-]+[: ][^#$%>]*[#$%>] ?|[$%>] )/, '')
  const root = text.match(/^# ((?:sudo )?([\w-]+) .*)$/s)
  return root && programs.has(root[2] ?? '') ? (root[1] ?? '') : text
}
/** What stands behind `# ` in a line that is no remark. */
const programs: ReadonlySet<string> = new Set(
  'ip bridge tc iptables ip6tables nft sysctl docker docker-compose ipset ethtool conntrack wg ifconfig brctl nsenter'.split(
    ' ',
  ),
)

/** Reads a line; a blank one, or a remark, is nothing. */
export function readBack(given: string): ReadBack[] {
  const line = withoutPrompt(given)
  const pieces = piecesOf(line.trim())
  if (!pieces) return line.trim() === '' ? [] : [exec(server, ['sh', '-c', line.trim()])]
  const idle = (words: readonly string[]) => pieces.length > 1 && /^(true|:)$/.test(words.join(' '))
  return pieces.flatMap(({ words, around }) => {
    if (idle(words)) return []
    const all = readWords(server, words, around)
    const ignored = around.filter((one) => one.startsWith('||')).join(', ')
    return ignored === ''
      ? all
      : all.map((one) => ({ ...one, without: [one.without, ignored].filter(Boolean).join(', ') }))
  })
}
