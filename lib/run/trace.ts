/** A folder that tells of a failure: the commands and their output, the checks, why, and each place as it was then. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BadInput, explain } from '../errors.ts'
import { because } from '../lab/check-failed.ts'
import type { Event } from '../lab/events.ts'
import { type FoundPlace, placesOf } from '../look/places.ts'
import { enter } from '../server/enter.ts'
import { finished } from '../server/process.ts'
import type { LabRecord } from '../server/state.ts'
import { bounded } from './bounded.ts'

/** What is looked at in each network. */
const looks = ['ip addr', 'ip route show table all', 'ip neigh', 'iptables-save', 'ss -tulnpe']
const script = looks.map((line) => `echo '$ ${line}'; ${line} 2>&1; echo`).join('\n')
const ofContainer = `docker logs --tail 200 "$0" 2>&1 | sed '1i $ docker logs' ; echo
exec nsenter --target "$(docker inspect -f '{{.State.Pid}}' "$0")" --net sh -c "$1"`

const wordsFor = ({ kind, name }: FoundPlace): string[] =>
  kind === 'netns'
    ? ['ip', 'netns', 'exec', name, 'sh', '-c', script]
    : kind === 'container'
      ? ['sh', '-c', ofContainer, name, script]
      : ['sh', '-c', script]

/** The files of a trace, by their names. */
export type Files = Map<string, string | Buffer>

/** Each place as it is now, and what was captured on its server. */
export async function looked(lab: LabRecord): Promise<Files> {
  const files: Files = new Map()
  const places = (await placesOf(lab)).filter(({ ended }) => !ended)
  await bounded(4, places, async (place) => {
    const { stdout, stderr } = await finished(enter({ lab, server: place.record }, wordsFor(place)))
    files.set(`places/${place.server}${place.kind === 'server' ? '' : `-${place.name}`}.txt`, stdout + stderr)
  })
  for (const { name, pid } of lab.servers) {
    const folder = `/proc/${pid}/root/run`
    const captures = readdirSync(folder).filter((file) => file.endsWith('.pcap'))
    for (const file of captures) files.set(`captures/${name}-${file}`, readFileSync(join(folder, file)))
  }
  return files
}

/** What was done, in the words of a terminal. */
function commandLines(events: readonly Event[]): string {
  const lines = events.flatMap((event) => {
    if (event.kind === 'step') return [`\n# ${event.number}. ${event.title}`]
    if (event.kind === 'command')
      return [`$ ${event.text}`, ...(event.output?.trim() ? [event.output.trim()] : [])]
    if (event.kind === 'warning') return [`! ${event.text}`]
    if (event.kind !== 'check') return []
    const { ok, from, to, expected, observed, verdict } = event
    const told = ok ? observed : `expected ${expected}, observed ${observed}`
    return [`${ok ? '✓' : '✗'} ${from} → ${to}: ${told}`, ...(verdict ? because(verdict) : [])]
  })
  return `${lines.join('\n').trim()}\n`
}

/** Writes a trace; `files` is what `looked` saw while the lab stood. */
export function writeTrace(folder: string, events: readonly Event[], files: Files, error?: unknown): void {
  const checks = events.filter((event) => event.kind === 'check')
  const whys = events.flatMap((event) => (event.kind === 'why' ? [event.report] : []))
  const all = new Map(files)
  all.set('commands.txt', commandLines(events))
  all.set('checks.json', JSON.stringify(checks, null, 2))
  if (whys.length > 0) all.set('why.json', JSON.stringify(whys, null, 2))
  if (error !== undefined) all.set('error.txt', `${explain(error)}\n`)
  try {
    for (const [name, content] of all) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
  } catch (failed) {
    throw new BadInput(`cannot write the trace: ${(failed as Error).message}`, {
      where: undefined,
      hint: 'Name a folder that you may write to.',
    })
  }
}
