/** The calls that a script's tools noted, as lines of a scenario: typed where the language has the words. */
import type { Effect } from '../language/effects.ts'
import { build } from '../language/read-back/build.ts'
import { readBack } from '../language/read-back/read-line.ts'
import { literal, type Typed } from '../language/read-back/typed.ts'
import { shellLine } from '../language/shell.ts'
import { cleaningUp, cleanUp, removesAll, withoutCleanUp } from './clean-up.ts'
import type { Noted, NotedCall } from './log.ts'
import { withTellingLines } from './telling.ts'

/** One line of the scenario. */
export interface Line {
  /** The title of its step, where it has one of its own. */
  title?: string
  /** `command`, `check`, or a remark on what is left out. */
  kind: 'command' | 'check' | 'remark'
  text: string
  typed: boolean
  line?: number
  /** What it removes, and makes, as the language has it. */
  does?: readonly Effect[]
}

const shells = ['sh', 'bash', 'dash', 'ash', 'env', 'sudo', 'xargs', 'timeout', 'nohup', 'setsid']
/** Those whose own call is noted: what started them, as `ip netns exec`, need not be told. */
const noted = new Set(
  `ip bridge tc nft iptables ip6tables iptables-save iptables-restore ip6tables-save ip6tables-restore ebtables arptables
   ipset sysctl docker conntrack ethtool brctl ifconfig route arp ping ping6 nc netcat ncat socat curl wget fping tcpdump
   dig nslookup host iperf3 python3 dnsmasq modprobe`.split(/\s+/),
)

const programOf = (word = ''): string => word.replace(/.*\//, '')

/** What stands behind `ip netns exec NAME`. */
function innerOf({ argv }: NotedCall): readonly string[] | undefined {
  const at =
    argv[0] === 'ip'
      ? argv.findIndex(
          (word, i) => i > 0 && /^e(x(ec?)?)?$/.test(word) && /^netn?s?$/.test(argv[i - 1] ?? ''),
        )
      : -1
  return at < 0 ? undefined : argv.slice(at + 2)
}

/** Calls that another one tells already: a wrapper around it, a retry of the same line, what serves the tool alone. */
function isTold(call: NotedCall, next: readonly NotedCall[]): boolean {
  const inner = innerOf(call)
  if (inner && (noted.has(programOf(inner[0])) || shells.includes(programOf(inner[0])))) return true
  if (call.argv[0] === 'python3' && !call.argv.includes('http.server')) return true
  if (call.argv[0] === 'modprobe' || call.argv[1] === '--version' || call.argv[1] === '-V') return true
  // Asked again until it answers: the last answer counts.
  const same = (other: NotedCall) =>
    other.line === call.line && other.netns === call.netns && other.argv.join('\0') === call.argv.join('\0')
  return call.line !== undefined && isQuestion(call) && next.some(same)
}

const isQuestion = ({ argv: [program = '', ...words] }: NotedCall): boolean =>
  /^(ping6?|nc|ncat|netcat|curl|wget|dig|nslookup|host)$/.test(program) ||
  (program === 'docker' &&
    words[0] === 'exec' &&
    words.some((word) => /^(ping6?|nc|curl|wget|nslookup)$/.test(word)))

/** Words that only look, and whose output the script itself read. */
const looks = ({ argv }: NotedCall): boolean =>
  /^(docker (inspect|ps|port|logs|images|version|info|network (ls|inspect)|container inspect|compose (ps|config|logs))|ip .*\b(show|list|ls|get|monitor|identify|pids|s|l)\b|ip (-\S+ )*(a|addr|l|link|r|route|neigh|netns|rule)$|ip6?tables.* -[nvx]*[LSC]\b|ip6?tables-save|nft (-\S+ )*list|sysctl (-n )?[\w./]+$|bridge .*show|tc .*show|conntrack -L|ethtool \S+$|tcpdump|ipset list)/.test(
    argv.join(' '),
  )

/** The port that somebody listens on: `nc -l -p 5000`, `python3 -m http.server 80`, `iperf3 -s`. */
function listening({ argv }: NotedCall): number | undefined {
  const [program, ...words] = argv
  const last = Number(words.findLast((word) => /^\d{1,5}$/.test(word)))
  if (/^n(et)?cat$|^nc(at)?$/.test(program ?? ''))
    return words.some((word) => /^-[a-z]*l/.test(word)) &&
      !words.some((word) => /^-[a-z]*u/.test(word)) &&
      last > 0
      ? last
      : undefined
  if (program === 'python3' && words.includes('http.server'))
    return Number(words.find((word) => /^\d+$/.test(word)) ?? 8000)
  if (program === 'iperf3' && words.includes('-s')) return last > 0 ? last : 5201
  return undefined
}

/** `curl http://10.0.0.1:8080/` as host and port. */
function asked(words: readonly string[]): { host: string; port: number } | undefined {
  const [program = '', ...rest] = words
  if (program === 'nc' || program === 'ncat' || program === 'netcat') {
    const plain = rest.filter(
      (word, i) => !word.startsWith('-') && !/^-[a-z]*[wqipsX]$/.test(rest[i - 1] ?? ''),
    )
    const [host, port] = plain
    if (rest.some((word) => /^-[a-z]*[lu]/.test(word)) || !host || !/^\d+$/.test(port ?? '')) return undefined
    return { host, port: Number(port) }
  }
  if (program !== 'curl' && program !== 'wget') return undefined
  const plain = rest.filter(
    (word, i) =>
      !word.startsWith('-') &&
      !/^(-[omHdXATQeUru]|--(max-time|connect-timeout|output|header|interface|timeout|tries))$/.test(
        rest[i - 1] ?? '',
      ),
  )
  const url = plain.find((word) => /^(https?:\/\/)?[\w.[\]:-]+(\/.*)?$/.test(word))
  if (url === undefined) return undefined
  try {
    const { hostname, port, protocol } = new URL(/^https?:/.test(url) ? url : `http://${url}`)
    return {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
    }
  } catch {
    return undefined
  }
}

const placed = ({ netns }: NotedCall, argv: readonly string[]): string[] =>
  netns ? ['ip', 'netns', 'exec', netns, ...argv] : [...argv]

/** The answer that was had, in the place of the one that is hoped for. */
const answered = (text: string, code: number | undefined): string =>
  code === 0 || code === undefined
    ? text
    : text.replace(/\.resolves$/, '.doesNotResolve').replace(/\.(replies|open)$/, '.silent')

/** A check in the place of a client that was started. */
function question(call: NotedCall): Line | undefined {
  const words =
    call.argv[0] === 'docker' && call.argv[1] === 'exec'
      ? call.argv.slice(call.argv.findIndex((word, i) => i > 1 && !word.startsWith('-')) + 1)
      : call.argv
  const to = asked(words)
  if (!to) return undefined
  const before = call.argv.slice(0, call.argv.length - words.length)
  const [read] = readBack(shellLine(placed(call, [...before, 'nc', '-z', to.host, String(to.port)])))
  return read?.typed ? { kind: 'check', text: answered(read.text, call.code), typed: true } : undefined
}

/** What a call reads from stdin stands in the line itself. */
function withInput(call: NotedCall): string[] {
  const { argv, input = '' } = call
  if (argv[0] === 'ip')
    return input
      .split('\n')
      .filter((line) => line.trim() && !line.startsWith('#'))
      .map((line) => `ip ${line}`)
  return [
    shellLine(placed(call, ['sh', '-c', `${shellLine(argv)} <<'END'\n${input.replace(/\n?$/, '\n')}END`])),
  ]
}

/** A word that is the number of a container's first process, or its id, as what finds it again. */
function found(argv: readonly string[], { containers }: Noted): string[] | undefined {
  let changed = false
  const words = argv.map((word) => {
    const byPid = containers.find(({ pid }) => pid === word)
    if (!byPid) return shellLine([word])
    changed = true
    return `"$(docker inspect -f '{{.State.Pid}}' ${byPid.name})"`
  })
  return changed ? ['sh', '-c', words.join(' ')] : undefined
}

/** What a typed line does; the kind of its place does not matter for that. */
function effectsOf(line: Typed): readonly Effect[] {
  const made = build(line, {
    kind: line.place === 'server1' ? 'server' : /\.container\(/.test(line.place) ? 'container' : 'netns',
  })
  return 'does' in made ? made.does : []
}

/** A call that failed: to remove what is not there is how a script cleans up before it begins. */
function failedLine(call: NotedCall, at: Pick<Line, 'line'>): Line {
  const text = shellLine(call.argv)
  const read = readBack(shellLine(placed(call, call.argv)))
  const cleans = read.length > 0 && read.every(({ line }) => line && removesAll(effectsOf(line)))
  return {
    kind: 'remark',
    text: cleans ? `${cleanUp}: ${text}` : `failed with ${call.code}: ${text}`,
    typed: false,
    ...at,
  }
}

/** Options of a question that its check does not need: how often, how long it waits, what it shows. */
const idle = /^-[cwWiqnvz46]+\d*$|^\d/

/** What a check leaves out of the question that was asked, told where it may matter. */
const leftOutOf = (text: string, without: string | undefined, at: Pick<Line, 'line'>): Line[] =>
  without === undefined || without.split(' ').every((word) => idle.test(word))
    ? []
    : [{ kind: 'remark', text: `${text} is asked without ${without}`, typed: false, ...at }]

/** One call as lines. */
function linesOf(call: NotedCall, all: Noted): Line[] {
  const at = call.line === undefined ? {} : { line: call.line }
  const text = shellLine(call.argv)
  const port = listening(call)
  if (port !== undefined) {
    const [read] = readBack(shellLine(placed(call, ['true'])))
    const place = read?.text.replace(/\.exec\(.*$/s, '') ?? 'server1'
    return [{ kind: 'command', text: `${place}.listen(${port})`, typed: true, ...at }]
  }
  if (call.netns === undefined && call.container === undefined)
    return [{ kind: 'remark', text: `in a namespace without a name: ${text}`, typed: false, ...at }]
  const ask = question(call)
  if (ask) return [{ ...ask, ...at }]
  if (call.code !== 0 && call.code !== undefined && !isQuestion(call)) return [failedLine(call, at)]
  const ids = call.argv.map(
    (word) => all.containers.find(({ id }) => word.length >= 12 && id.startsWith(word))?.name ?? word,
  )
  const entered =
    call.container === undefined
      ? undefined
      : ['sh', '-c', `nsenter -t "$(docker inspect -f '{{.State.Pid}}' ${call.container})" -n ${text}`]
  const words = entered ?? found(ids, all)
  const shell =
    call.input !== undefined ? withInput(call) : [words ? shellLine(words) : shellLine(placed(call, ids))]
  return shell.flatMap((one) => {
    const read = readBack(one)
    // A capture is seen by who records, and is no line of the lab.
    if (looks(call) && read.some(({ typed, line }) => !typed || line === undefined)) return []
    return read.flatMap(({ text, typed, line, without }): Line[] => {
      const isCheck = typed && /\.(replies|open|resolves)$/.test(text)
      const one: Line = {
        ...(line && !isCheck ? { does: effectsOf(line) } : {}),
        kind: isCheck ? 'check' : 'command',
        text: isCheck ? answered(text, call.code) : text,
        typed,
        ...at,
      }
      return isCheck ? [one, ...leftOutOf(one.text, without, at)] : [one]
    })
  })
}

/** All lines of a recorded script, in their order. */
export function recordedLines(all: Noted): Line[] {
  const inFunctions = cleaningUp(all.calls)
  const lab = withTellingLines(
    all.calls.filter(({ within }) => !inFunctions.some((name) => within?.includes(name))),
  )
  const calls = lab.filter((call, i) => !isTold(call, lab.slice(i + 1)))
  const settings = all.settings.map(
    ({ netns, key, value }): Line => ({
      kind: 'command',
      text:
        readBack(
          shellLine(
            netns
              ? ['ip', 'netns', 'exec', netns, 'sysctl', '-w', `${key}=${value}`]
              : ['sysctl', '-w', `${key}=${value}`],
          ),
        )[0]?.text ?? `server1.exec('sysctl', '-w', ${literal(`${key}=${value}`)})`,
      typed: true,
      title: 'What it set by itself',
    }),
  )
  const tags = all.images
    .flatMap((name) => readBack(`docker tag vethlab ${name}`))
    .map(
      ({ text, typed }): Line => ({
        kind: 'command',
        text: text.replace("'vethlab'", 'image'),
        typed,
        title: 'Images that were not there: the one of the lab stands for them',
      }),
    )
  const lines = [
    ...tags,
    ...inFunctions.map((name): Line => ({ kind: 'remark', text: `${cleanUp}: ${name}()`, typed: false })),
    ...withoutCleanUp(calls.flatMap((call) => linesOf(call, all))),
  ]
  const images = new Set([
    ...all.images,
    ...all.images.map((name) => name.replace(/:latest$/, '')),
    'vethlab',
  ])
  const own = lines.map((line) => ({
    ...line,
    text: line.text.replace(/\.(run|runOnce|create)\('([^']+)'/g, (whole, method, name) =>
      images.has(name) ? `.${method}(image` : whole,
    ),
  }))
  // Nobody saw when they were set: before the first question, when what they are about is there.
  const first = own.findIndex(({ kind }) => kind === 'check')
  const before = first < 0 ? own.length : first
  return [...own.slice(0, before), ...settings, ...own.slice(before)]
}
