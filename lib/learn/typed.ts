/** What is typed in the lab of an exercise: written down by the shell that it is typed in, and done again when it is graded. */
import { Unable } from '../errors.ts'
import { shellLine } from '../language/shell.ts'
import { appendBelow, textBelow } from '../server/below.ts'
import { hasEnded } from '../server/enter.ts'
import type { Servers } from '../server/servers.ts'
import type { LabRecord, ServerRecord } from '../server/state.ts'
import type { Typed } from './results.ts'

/** The exercise of a lab; undefined when it is none of one. */
export const exerciseOf = (lab: string): string | undefined => lab.match(/^learn-(.+)$/)?.[1]

/** Where a server keeps what was typed on it: a file of its own, which ends with it. */
const file = '/run/vethlab-typed'

/**
 * What a bash is given in its environment: after each line it writes down when, in which namespace, and what. One that
 * is started in it, as by `ip netns exec`, does the same.
 */
export const recording: readonly string[] = [
  'HISTCONTROL=',
  'HISTFILE=',
  `PROMPT_COMMAND=__line=$(HISTTIMEFORMAT= history 1); [ "$__line" = "$__last" ] || { __last=$__line; printf '%s\\t%s\\t%s\\0' "$(date +%s.%N)" "$(ip netns identify $$ 2>/dev/null)" "$(printf %s "$__line" | sed -E '1s/^ *[0-9]+[* ] ?//')" >>${file}; }`,
]

/** Where the files of a server are seen; undefined for this machine itself, and for a server that has ended. */
const seenFrom = (server: ServerRecord): string | undefined =>
  server.host || hasEnded(server) ? undefined : `/proc/${server.pid}/root`

/** Writes down a command that was run on a server from outside of it. Nothing is ever written on this machine itself. */
export function writeDown(server: ServerRecord, argv: readonly string[]): void {
  try {
    const root = seenFrom(server)
    if (root) appendBelow(root, file, `${Date.now() / 1000}\t\t${shellLine(argv)}\0`)
  } catch {} // what is not written down is not graded
}

/** What was typed in a lab, in the order of time; `since` in milliseconds since 1970. */
export function typedIn(lab: LabRecord, since: number): Typed[] {
  return lab.servers
    .flatMap((server) => {
      const root = seenFrom(server)
      const text = root === undefined ? undefined : textBelow(root, file)
      return (text ?? '') // nothing was typed there
        .split('\0')
        .map((one) => one.match(/^(\d[\d.]*)\t([^\t]*)\t([\s\S]*)$/))
        .filter((found) => found !== null)
        .map(([, at, netns = '', line = '']) => ({
          at: Math.round((Number(at) - since / 1000) * 10) / 10,
          server: server.name,
          netns,
          line,
        }))
    })
    .sort((a, b) => a.at - b.at)
}

/** Programs that only look: what they would wait for nobody is there to see. */
const lookers =
  /^\s*(ping6?|arping|tcpdump|traceroute6?|tracepath6?|mtr|ss|netstat|cat|less|more|man|ls|watch|top|dig|nslookup|getent|exit|logout|clear|history|help|vethlab)\b[^;&|<>`$()]*$/

/** Whether a line may change something. */
const mayChange = ({ line }: Typed): boolean => line.trim() !== '' && !lookers.test(line)

/** Values and folders that later lines of the same shell build on. */
const stays = /^\s*((export\s+)?\w+=\S*|cd\b.*)$/

/** What may take longer is not waited for. */
const seconds = 10

/** Refuses a lab that has this machine itself: what somebody typed is done again on virtual servers alone. */
function mustBeVirtual({ name, on, servers }: LabRecord): void {
  const machine = servers.find(({ host }) => host)
  if (machine || on === 'host')
    throw new Unable(`${machine?.name ?? name} is this machine itself: nothing that was typed is run on it`, {
      hint: 'What was typed is done again on virtual servers alone.',
    })
}

/**
 * Does again what was typed. `renamed` puts the names of this lab in the place of those that the other one had. Throws
 * Unable when a server is this machine itself.
 */
export async function replay(
  servers: Servers,
  typed: readonly Typed[],
  renamed: (line: string) => string | Promise<string>,
): Promise<void> {
  mustBeVirtual(servers.record)
  const before = new Map<string, string>()
  const known = new Set(servers.record.servers.map(({ name }) => name))
  for (const one of typed.filter(mayChange)) {
    if (!known.has(one.server)) continue
    const shell = `${one.server} ${one.netns}`
    const line = await renamed(one.line)
    const kept = before.get(shell) ?? ''
    if (stays.test(line)) before.set(shell, `${kept}${line}\n`)
    const words = ['timeout', String(seconds), 'bash', '-c', `${kept}${line}`]
    const inside = one.netns === '' ? words : ['ip', 'netns', 'exec', one.netns, ...words]
    const { run } = await servers.server(one.server, false)
    await run(['sh', '-c', '"$@" >/dev/null 2>&1 </dev/null; :', 'sh', ...inside])
  }
}
