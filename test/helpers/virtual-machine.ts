/** A machine for the tests of labs on a machine: a virtual server, and the tool in it. */
import assert from 'node:assert/strict'
import type { Finished } from '../../lib/server/process.ts'
import { type Machine, program, withMachine } from '../crash/machine.ts'

export interface Host extends Machine {
  /** A line of shell that must succeed; returns what it prints. */
  sh(line: string): Promise<string>
  /** The tool for all scenarios: `vethlab('down', 'net1')`. */
  vethlab(...words: string[]): Promise<Finished>
  /** A scenario on the machine itself. */
  up(file: string, env?: Record<string, string>, ...words: string[]): Promise<Finished>
}

/** Opens a machine for the tests of a file; `close` ends it. */
export async function openHost(): Promise<{ host: Host; close(): Promise<void> }> {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return new Promise((resolve, reject) => {
    const work = withMachine(async (machine) => {
      const host: Host = {
        ...machine,
        async sh(line) {
          const { code, stdout, stderr } = await machine.run(['sh', '-c', line])
          assert.equal(code, 0, `${line}\n${stderr}`)
          return stdout
        },
        vethlab: (...words) => machine.run(program('scripts/vethlab.ts', ...words)),
        up: (file, env, ...words) =>
          machine.run(program(file, 'up', '--on', 'host', '--yes', '-q', ...words), env),
      }
      resolve({
        host,
        close: async () => {
          end()
          await work
        },
      })
      await ended
    })
    work.catch(reject)
  })
}
