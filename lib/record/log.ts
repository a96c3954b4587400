/** What the tools of a script noted, as data: each call with its place, its line, and its end. */
import { lstatSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { textBelow } from '../server/below.ts'

/** One call of a tool. */
export interface NotedCall {
  /** The program and its words, as it got them. */
  argv: readonly string[]
  /** The name of the network namespace it ran in; '' on the server, undefined in one that has no name. */
  netns: string | undefined
  /** The container in whose network it ran, entered from outside. */
  container?: string
  cwd: string
  /** The line of the script; undefined where that is not known. */
  line?: number
  /** Where that line called a function of the script: the lines in the functions, the outermost first. */
  deeper?: readonly number[]
  /** The functions that it was called in. */
  within?: readonly string[]
  /** Undefined when nobody waited for its end. */
  code?: number
  /** What it was given to read. */
  input?: string
}

/** A setting that the script changed by itself, as by `echo 1 >/proc/sys/…`. */
export interface NotedSetting {
  netns: string
  key: string
  value: string
}

/** A container that ran when the script had ended. */
export interface NotedContainer {
  name: string
  pid: string
  id: string
}

export interface Noted {
  calls: NotedCall[]
  containers: NotedContainer[]
  /** The names of the network namespaces that there were. */
  namespaces: string[]
  /** Files that its commands were told to use. */
  files: Array<{ path: string; text: string }>
  /** Images that were not there, and for which the lab's own stood. */
  images: string[]
  settings: NotedSetting[]
}

/** A server's file system as it is seen from here, and the folder in it where the tools have noted their calls. */
export interface Noting {
  root: string
  folder: string
}

/** A file that the tools have written; the script can have put anything in its place. */
const contents = ({ root, folder }: Noting, name: string): string => textBelow(root, join(folder, name)) ?? ''

/** Settings by namespace and key. */
function settingsIn(text: string): Map<string, string> {
  return new Map(
    text
      .split('\n')
      .map((line) => line.match(/^(\S+) (\S+) = (.*)$/))
      .flatMap((found) => (found ? [[`${found[1]} ${found[2]}`, found[3] ?? ''] as const] : [])),
  )
}

/** Of one interface, whether its settings are told: the others follow from `all` and `default`. */
const telling =
  /\.(forwarding|rp_filter|proxy_arp|proxy_ndp|arp_(ignore|announce|filter|accept)|accept_local|disable_ipv6|route_localnet|send_redirects|log_martians|ip_forward|ip_unprivileged_port_start|bridge-nf-call-\w+)$/

/** What is set differently after the script, and by no call of sysctl. */
function changedSettings(at: Noting, calls: readonly NotedCall[]): NotedSetting[] {
  const [before, after] = [settingsIn(contents(at, 'before')), settingsIn(contents(at, 'after'))]
  const said = calls.filter(({ argv }) => argv[0] === 'sysctl').flatMap(({ argv }) => argv.slice(1))
  const bySysctl = (key: string) => said.some((word) => word.split(/[= ]/)[0]?.replaceAll('/', '.') === key)
  return [...after].flatMap(([name, value]) => {
    const [netns = '', key = ''] = name.split(' ')
    if (!telling.test(key) || bySysctl(key)) return []
    const was = before.get(name) ?? before.get(`${netns} ${key.replace(/\.conf\.[^.]+\./, '.conf.default.')}`)
    const usual = was ?? (/\.(rp_filter|forwarding|ip_forward|proxy_\w+|arp_\w+)$/.test(key) ? '0' : value)
    // A switch for all sets those of each interface, too.
    const all = after.get(`${netns} ${key.replace(/\.conf\.[^.]+\./, '.conf.all.')}`)
    const follows = /\.conf\.(?!all\.)[^.]+\./.test(key) && all === value
    const byForward =
      key.endsWith('.forwarding') &&
      after.get(`${netns} net.ipv4.ip_forward`) === value &&
      key.includes('ipv4')
    if (value === usual || follows || byForward) return []
    return [{ netns: netns === 'server1' ? '' : netns, key, value }]
  })
}

/** The largest file that a scenario carries, in bytes. */
const mostCarried = 64_000

/** Whether a path leads through a symbolic link. */
function hasLink(root: string, path: string): boolean {
  const parts = path.split('/').filter(Boolean)
  return parts.some(
    (_, at) =>
      lstatSync(join(root, ...parts.slice(0, at + 1)), { throwIfNoEntry: false })?.isSymbolicLink() === true,
  )
}

/** The files that the words of calls name, and that are the script's: beside it, or written by it. */
function filesIn({ root }: Noting, calls: readonly NotedCall[]): Noted['files'] {
  const own = /^\/(run\/vethlab-record\/script|tmp|root|home|etc|opt|var)\//
  const found = new Map<string, string>()
  const add = (path: string): void => {
    const file = join(root, path)
    // A link of the script's would lead to a file of this machine, seen from here.
    if (hasLink(root, path)) return
    const stat = statSync(file, { throwIfNoEntry: false })
    if (stat?.isDirectory()) {
      for (const name of readdirSync(file).slice(0, 50))
        if (lstatSync(join(file, name)).isFile()) add(join(path, name))
    } else if (stat?.isFile() && stat.size <= mostCarried) {
      const text = textBelow(root, path)
      if (text !== undefined) found.set(path, text)
    }
  }
  for (const { argv, cwd } of calls)
    for (const word of argv.slice(1)) {
      const path = resolve(
        cwd,
        word
          .replace(/^(-v|--volume=|--mount=.*?source=|-f|file=|@)/, '')
          .replace(/:.*$/, '')
          .replace(/,.*$/, ''),
      )
      if (own.test(path) && !path.endsWith('.sh') && path !== cwd) add(path)
    }
  return [...found].map(([path, text]) => ({ path, text }))
}

/** A text without the characters that stand for facts in vethlab's own: a script's words hold no facts. */
export const plainText = (text: string): string => text.replace(/[\uE000-\uE002]/g, '\uFFFD')

/** The same of all that was noted. */
export const plainly = (noted: Noted): Noted => JSON.parse(plainText(JSON.stringify(noted)))

/**
 * Where a call stands: bash tells the line of each function, the innermost first, with the names of the functions, and of the
 * files that they are in. Lines of other files than the script's own tell nothing.
 */
function standing(
  lines: string,
  functions: string,
  files: string,
): Pick<NotedCall, 'line' | 'deeper' | 'within'> {
  const names = functions.split(' ').filter(Boolean)
  const all = files.split(' ').filter(Boolean)
  const own = lines
    .split(' ')
    .slice(0, Math.max(all.length, 1))
    .filter((_, i) => all[i] === all.at(-1))
    .map(Number)
    .filter((line) => line > 0)
    .reverse()
  const [line, ...deeper] = own
  return {
    ...(line === undefined ? {} : { line }),
    ...(deeper.length > 0 ? { deeper } : {}),
    ...(names.length > 1 ? { within: names.filter((name) => name !== 'main' && name !== 'source') } : {}),
  }
}

/** Reads the folder in which a script's tools have noted their calls. */
export function notedIn(at: Noting): Noted {
  const records = contents(at, 'log')
    .split('\x1e')
    .map((record) => record.split('\x1f').slice(0, -1))
  const names = new Map<string, string>()
  let own: string | undefined
  for (const [kind, inode = '', name = ''] of records) if (kind === 'netns') names.set(inode, name)
  const calls = new Map<string, NotedCall & { net: string }>()
  const images: string[] = []
  const first: NotedContainer[] = []
  for (const [kind = '', id = '', ...rest] of records) {
    if (kind === 'cut') break // what a script does when it is told to end is no part of the lab
    if (kind === 'start') {
      const [net = '', cwd = '', lines = '', functions = '', files = '', input = '', ...argv] = rest
      own ??= net
      calls.set(id, {
        ...{ argv, netns: '', cwd, net },
        ...standing(lines, functions, files),
        ...(input === '' ? {} : { input: contents(at, join('in', input.replace(/.*\//, ''))) }),
      })
    } else if (kind === 'end') {
      const call = calls.get(id)
      if (call) call.code = Number(rest[0])
    } else if (kind === 'image' && rest[0]) images.push(rest[0])
    else if (kind === 'pid' && id) first.push({ pid: id, name: rest[0] ?? '', id: '' })
  }
  const server = contents(at, 'net').trim() || own
  const lines = contents(at, 'containers').split('\n').filter(Boolean)
  const running = lines
    .map((line) => line.split(' '))
    .map(([name = '', pid = '', id = '', net = '']) => ({ name, pid, id, net }))
  const noted = [...calls.values()].map(({ net, ...call }) => {
    const container = running.find((one) => one.net === net && net !== server)?.name
    return {
      ...call,
      netns: net === server ? '' : names.get(net.replace(/\D/g, '')),
      ...(container === undefined ? {} : { container }),
    }
  })
  const containers = [...running.map(({ net, ...one }) => one), ...first]
  return plainly({
    calls: noted,
    containers,
    namespaces: [...new Set(names.values())],
    files: filesIn(at, noted),
    images: [...new Set(images)],
    settings: changedSettings(at, noted),
  })
}

/** How long the script took, in milliseconds, as its server's clock tells. */
export function took(at: Noting): { ms?: number } {
  const [from = '', until = ''] = contents(at, 'took').trim().split(' ')
  return until === '' ? {} : { ms: Math.round((Number(until) - Number(from)) * 1000) }
}

/** What was typed into a recorded shell: a line for each. */
export const typedIn = (at: Noting): string => plainText(contents(at, 'typed'))
