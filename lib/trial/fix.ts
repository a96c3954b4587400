/** What takes a cause away: the fix that is printed, or a listener where nobody listens. */
import type { ChildProcess } from 'node:child_process'
import { Unable } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { onServer } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import { enter } from '../server/enter.ts'
import { finished, until } from '../server/process.ts'
import type { LabRecord } from '../server/state.ts'
import { listening } from '../why/listeners.ts'
import { called, type Inside, inside, type Stack } from '../why/stacks.ts'
import type { Fix, Verdict } from '../why/verdict.ts'

/** Programs whose work can be read back from a stack's state. */
const readable = /^(ip|ip6?tables(-legacy)?|ebtables|nft|sysctl|bridge)$/

/** What a state does not show, or what makes a thing that cannot be made again as it was. */
const unreadable: ReadonlyArray<readonly [RegExp, string]> = [
  [/^ip (-\S+ )*link (add|del)/, 'a link that is made anew is not the one that was there'],
  [/^ip (-\S+ )*neigh flush/, 'what a stack knows of its neighbours cannot be put back as it was'],
  [
    /^nft (add|delete|flush) (table|set|map|chain)\b/,
    'a table that is made anew is not the one that was there',
  ],
]

/** What takes back what Docker was told; undefined where nothing does. */
export function dockerUndo(argv: readonly string[]): readonly string[] | undefined {
  const [, verb = '', sub, ...names] = argv
  if (verb === 'start') return ['docker', 'stop', '-t', '0', ...[sub ?? '']]
  if (verb === 'unpause') return ['docker', 'pause', ...[sub ?? '']]
  if (verb === 'network' && sub === 'connect') return ['docker', 'network', 'disconnect', ...names]
  return undefined
}

/** What takes back a line of a fix that no state shows, on its server; undefined where looking again is enough, or nothing does. */
export function undoOf(place: Place, argv: readonly string[]): readonly string[] | undefined {
  if (argv[0] === 'docker') return dockerUndo(argv)
  const isNew = argv[0] === 'ip' && argv[1] === 'link' && argv[2] === 'add'
  return isNew && place.kind !== 'container'
    ? onServer(place, ['ip', 'link', 'del', 'dev', argv[3] ?? ''])
    : undefined
}

/** Why the fix of a verdict cannot be tried; undefined when it can. */
export function untriable({ status, cause, undo, fix, missing }: Verdict): string | undefined {
  if (missing) return undefined
  if (status === 'unknown') return 'nothing tells why, so that there is nothing to take away'
  if (!fix)
    return undo ? `its fix is not one that can be tried as it is: ${undo}` : `no fix of "${cause}" is known`
  for (const line of fix.lines) {
    const text = shellLine(line)
    if (line[0] === 'docker') {
      if (!dockerUndo(line)) return `"${text}" cannot be put back as it was`
      continue
    }
    if (!readable.test(line[0] ?? '')) return `what "${text}" does cannot be read back`
    if (undoOf(fix.place, line)) continue
    const why = unreadable.find(([of]) => of.test(text))?.[1]
    if (why) return `"${text}": ${why}`
  }
  return undefined
}

/** The stack of a place. */
export function stackAt(stacks: readonly Stack[], { kind, name, server }: Place): Stack {
  const stack = stacks.find(
    ({ place }) =>
      place.server === server && place.name === name && (place.kind === kind || kind === 'server'),
  )
  if (!stack) throw new Unable(`${name} is not there any more`, { hint: 'Was the lab changed meanwhile?' })
  return stack
}

/** The stacks that a fix may change. */
export function stacksOf(stacks: readonly Stack[], fix: Fix): Stack[] {
  const containers = fix.lines
    .filter(([program]) => program === 'docker')
    .flatMap((line) =>
      stacks.filter(({ place }) => line.includes(place.name) && place.server === fix.place.server),
    )
  return [...new Set([stackAt(stacks, fix.place), ...containers])]
}

/** Runs one line of a fix. Throws when it fails. */
export async function runLine(
  lab: LabRecord,
  stack: Stack,
  place: Place,
  argv: readonly string[],
): Promise<void> {
  const server = lab.servers.find(({ name }) => name === place.server)
  const done =
    argv[0] === 'docker' && server
      ? await finished(enter({ lab, server }, argv))
      : await inside(lab).run(stack, argv)
  if (done.code !== 0)
    throw new Unable(`the fix fails: ${(done.stderr || done.stdout).trim() || `exit code ${done.code}`}`, {
      where: called(place),
      command: shellLine(argv),
    })
}

/** Listens where nobody does, for as long as the trial takes; it ends with this process, however that ends. */
export async function standIn(
  into: Inside,
  stack: Stack,
  { protocol, address, port }: NonNullable<Verdict['missing']>,
): Promise<ChildProcess> {
  const udp = protocol === 'udp' ? ['-u'] : []
  const six = address.includes(':') ? ['-6'] : []
  const child = into.start(
    stack,
    ['nc', ...six, ...udp, '-n', '-l', '-k', '-s', address, '-p', String(port)],
    ['pipe', 'ignore', 'pipe'],
  )
  let ended = false
  child.once('close', () => {
    ended = true
  })
  child.once('error', () => {
    ended = true
  })
  const heard = async () => {
    const { stdout } = await into.run(stack, ['cat', `/proc/net/${protocol}`, `/proc/net/${protocol}6`])
    return ended || listening(stdout, protocol).some((one) => one.port === port && one.address === address)
  }
  if (!(await until(heard, 2000, 10)) || ended) {
    child.kill('SIGKILL')
    throw new Unable(`no listener can be put on ${address} port ${port} of ${called(stack.place)}`)
  }
  return child
}
