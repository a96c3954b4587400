/** A name as a place itself would resolve it: by its own files. */
import { spawn } from 'node:child_process'
import { onServer } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import { enter } from '../server/enter.ts'
import { finished } from '../server/process.ts'
import { called, type Inside, type Stack } from './stacks.ts'
import type { Verdict } from './verdict.ts'

/** The address of a name, or the verdict that it has none. */
export async function resolve({ lab }: Inside, from: Stack, name: string): Promise<string | Verdict> {
  const argv = onServer(from.place, ['nslookup', name])
  const server = lab.servers.find((one) => one.name === from.place.server)
  const done = server ? await finished(enter({ lab, server }, argv)) : await finished(spawn('false'))
  const answers = done.stdout
    .split(/^Name:/m)
    .slice(1)
    .join('\n')
  const address = answers.match(/^Address(?: \d+)?:\s*(\d+\.\d+\.\d+\.\d+)/m)?.[1]
  if (address !== undefined) return address
  const silent = /timed out|no servers could be reached|can't connect|refused/i.test(
    `${done.stdout} ${done.stderr}`,
  )
  return {
    status: 'died',
    cause: 'name does not resolve',
    place: called(from.place),
    packet: 'request',
    says: `${called(from.place)} finds no address for ${name}: ${silent ? 'no name server answers it' : 'its name servers do not know it'}`,
    see: shellLine(argv),
  }
}
