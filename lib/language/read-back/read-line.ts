/** Reads a line of shell back into the typed lines that say the same: what `vethlab words` prints. */

import type { Place } from '../command.ts'
import { forms as otherForms } from '../tools/index.ts'
import { buildable } from './build.ts'
import { olderLines } from './older.ts'
import { readDocker } from './read-docker.ts'
import { readForm } from './read-form.ts'
import { readIp } from './read-ip.ts'
import { readIptables } from './read-iptables.ts'
import { readNft } from './read-nft.ts'
import { piecesOf } from './shell-words.ts'
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

function sysctlCalls(words: readonly string[]): Call[][] | undefined {
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
const settingOf = (text: string): string | number =>
  /^\d{1,9}$/.test(text) && String(Number(text)) === text ? Number(text) : text

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

/** `ping -c 1 ADDRESS`, `nc -z ADDRESS PORT`, `nslookup NAME`: questions, whose answer is a check. */
function check(words: readonly string[]): { calls: Call[]; without?: string } | undefined {
  const [program = '', ...rest] = words
  const valued: Readonly<Record<string, string>> = {
    ping: 'cWistIMmpwQSlT',
    ping6: 'cWistIMmpwQSlT',
    nc: 'wpsqi',
    nslookup: '',
    dig: '',
    host: '',
    ncat: 'wpsqi',
  }
  if (!(program in valued)) return undefined
  const plain: string[] = []
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? ''
    if (!/^-./.test(word)) plain.push(word)
    else if ((valued[program] ?? '').includes(word.at(-1) ?? '') && word.length === 2) at++
  }
  const options = rest.filter((word) => !plain.includes(word))
  const without = options.length > 0 ? { without: options.join(' ') } : {}
  const [target, port] = plain
  if (target === undefined || plain.includes('|')) return undefined
  if (program.startsWith('ping'))
    return plain.length === 1 && !options.includes('-f')
      ? { calls: [{ name: 'ping', args: [target] }, { name: 'replies' }], ...without }
      : undefined
  if (program === 'nc' || program === 'ncat') {
    const scan = options.some((word) => /^-[a-z]*z/.test(word))
    if (!scan || !/^\d+$/.test(port ?? '')) return undefined
    const udp = options.some((word) => /^-[a-z]*u/.test(word))
    return {
      calls: [{ name: udp ? 'udp' : 'tcp', args: [target, Number(port)] }, { name: 'open' }],
      ...without,
    }
  }
  const names = plain.filter(
    (word) => !word.startsWith('+') && !word.startsWith('@') && !/^(A|AAAA|IN)$/.test(word),
  )
  return names.length === 1 && plain.length === 1
    ? { calls: [{ name: 'dns', args: names }, { name: 'resolves' }], ...without }
    : undefined
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
  if (program === 'ipset' && (given[1] === '-exist' || given[1] === '-!'))
    return [program, ...given.slice(2), '-exist']
  const verb = usualVerb[program]
  if (verb === undefined) return given
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
  const words = bare(given)
  const set = procSys(words, around)
  if (set) return [typed(at, set, words)]
  const key = words[0] === 'cat' && words.length === 2 ? keyOf(words[1]) : undefined
  if (key !== undefined && around.length === 0)
    return [typed(at, [{ name: 'sysctl' }, { name: 'get', args: [key] }], words)]
  if (around.some((one) => !one.startsWith('||'))) return [exec(at, ['sh', '-c', given.join(' ')])]
  const [program = '', ...rest] = words
  const script = scriptOf(words)
  if (script !== undefined) {
    const inner = piecesOf(script)?.flatMap((piece) => readWords(at, piece.words, piece.around))
    return inner?.every(({ typed }) => typed) ? inner : [exec(at, words)]
  }
  const older = olderLines(words)
  if (older) return older.flatMap((line) => readWords(at, line, []))
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
  if (calls) return [typed(at, calls, words)]
  const question = check(words)
  if (question) return [typed(at, question.calls, words, question.without)]
  return [exec(at, words)]
}

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
  return pieces.flatMap(({ words, around }) => {
    const all = readWords(server, words, around)
    const ignored = around.filter((one) => one.startsWith('||')).join(', ')
    return ignored === ''
      ? all
      : all.map((one) => ({ ...one, without: [one.without, ignored].filter(Boolean).join(', ') }))
  })
}
