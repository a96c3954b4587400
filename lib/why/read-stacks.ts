/**
 * Reads the interfaces of many network namespaces. A few shells go from one to the next: to start a program for each of
 * three hundred from here would take longer than what is started.
 */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { enterWords, environment } from '../server/enter.ts'
import { toolMissing } from '../server/packages.ts'
import { finished } from '../server/process.ts'
import type { LabRecord } from '../server/state.ts'
import { counterFiles } from './counters.ts'

/** What is read of a namespace, as text. */
export interface StackText {
  /** `ip -j -d addr`; empty where the namespace was gone. */
  links: string
  /** Whether there are tables of iptables-legacy. */
  legacy: boolean
  counters: string
}

const ofOne = `ip -j -d addr; echo == | cat /proc/net/ip_tables_names - ${counterFiles} 2>/dev/null`
const ofEach =
  'command -v nsenter >/dev/null || exit 127; for path; do nsenter --net="$path" -- sh -c "$0"; printf "\\n====\\n"; done'

const parsed = (text: string): StackText => {
  const [shown = '', counters = ''] = text.split('\n==\n')
  const [links = '', ...tables] = shown.trimStart().split('\n')
  return { links: links.startsWith('[') ? links : '', legacy: tables.join('') !== '', counters }
}

async function inTurn(lab: LabRecord, paths: readonly string[]): Promise<StackText[]> {
  const [file = '', ...words] = enterWords(lab.pid, ['sh', '-c', ofEach, ofOne, ...paths], [])
  const child = spawn(file, words, { env: environment(lab), stdio: ['ignore', 'pipe', 'ignore'] })
  const { code, stdout } = await finished(child).catch(() => {
    throw toolMissing('nsenter')
  })
  if (code === 127) throw toolMissing('nsenter')
  const texts = stdout.split('\n====\n')
  return paths.map((_, i) => parsed(texts[i] ?? ''))
}

/** What is in the namespaces of these files, in their order. */
export async function readStacks(lab: LabRecord, paths: readonly string[]): Promise<StackText[]> {
  const lanes = Math.max(2, availableParallelism())
  const size = Math.max(1, Math.ceil(paths.length / lanes))
  const groups = Array.from({ length: Math.ceil(paths.length / size) }, (_, i) =>
    paths.slice(i * size, (i + 1) * size),
  )
  return (await Promise.all(groups.map((group) => inTurn(lab, group)))).flat()
}
