/** Does one case on a machine: a run that is struck, `down`, and a look at what is left. */
import type { ChildProcess } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { type Finished, finished, until } from '../../lib/server/process.ts'
import type { Look } from './changes.ts'
import type { Case, On } from './faults.ts'
import { type Machine, program } from './machine.ts'

const folder: Readonly<Record<On, string>> = { sandbox: '/run/vethlab', host: '/var/lib/vethlab' }

/** What scenarios take from the environment: a small star. */
const settings = { N: '3' }

/** How many commands of a lab have begun, by its journal. */
function begun(file: string): number {
  try {
    return readFileSync(file, 'utf8').split('"what":"intent"').length - 1
  } catch {
    return 0 // it has not begun, or is over
  }
}

/**
 * Ends a journal in the middle of a line, as a crash does that comes while one is written. What a whole line announces
 * may have been done, so none of those is cut.
 */
function tear(file: string): void {
  if (!existsSync(file)) return
  const last = readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? ''
  appendFileSync(file, last.slice(0, last.length / 2))
}

/** The machine with the tool's command line for one scenario. */
function tool(machine: Machine, { on, scenario }: Pick<Case, 'on' | 'scenario'>) {
  const state = `${folder[on]}/${scenario}`
  const up = (batch = false) => [
    ...program(`scenarios/${scenario}.ts`, 'up', '--quiet', batch ? '--batch' : '--no-batch'),
    ...(on === 'host' ? ['--on', 'host', '--yes'] : []),
  ]
  const struck = (fault: string, batch?: boolean) =>
    machine.run(up(batch), { ...settings, VETHLAB_FAULT: fault })
  return {
    journal: machine.file(`${state}/journal`),
    up,
    struck,
    down: () => machine.run(program('scripts/vethlab.ts', 'down', scenario)),
  }
}
type Tool = ReturnType<typeof tool>

/** How many commands a lab has on a machine, built whole; undefined when it cannot be built. */
export async function count(
  machine: Machine,
  one: Pick<Case, 'on' | 'scenario'>,
): Promise<number | undefined> {
  const { struck, journal, down } = tool(machine, one)
  const { code } = await struck('')
  const commands = begun(journal)
  await down()
  return code === 0 ? commands : undefined
}

const said = (what: string, { code, stdout, stderr }: Finished): string =>
  `${what} ended with ${code}: ${(stderr || stdout).trim().replaceAll('\n', ' | ').slice(-400)}`

/** What is wrong with the end of a run. */
const ends = (what: string, done: Finished, ...codes: number[]): string[] =>
  codes.includes(done.code) ? [] : [said(what, done)]

/** A program that fails tells what and why, not where in the tool. */
const clear = (what: string, { stderr }: Finished): string[] =>
  /^\s+at |defect of vethlab/m.test(stderr) ? [`${what} tells no clear error: ${stderr.slice(0, 300)}`] : []

const removed = (done: Finished): string[] => [
  ...ends('down', done, 0),
  ...(/ is (removed|not up|undone)/.test(done.stdout)
    ? []
    : [said('down does not tell what it did, and', done)]),
]

/** Two at once: one of them may be refused, when it says who is at work. */
const both = (runs: readonly Finished[]): string[] => [
  ...(runs.some(({ code }) => code === 0) ? [] : runs.map((run) => said('down', run))),
  ...runs.flatMap((run) => [...ends('down', run, 0, 2), ...clear('down', run)]),
  ...runs
    .filter(({ code, stderr }) => code === 2 && !/process \d+|another process/.test(stderr))
    .map((run) => said('a refused down does not name who holds the lab, and', run)),
]

/** Starts `up`, and waits until so many of its commands have begun, or it has ended. */
async function underway(child: ChildProcess, journal: string, at: number): Promise<void> {
  await until(() => begun(journal) >= at || child.exitCode !== null || child.signalCode !== null, 60_000, 2)
}

/** What is done in a case before its last `down`; returns what went wrong. */
async function crash(machine: Machine, one: Case, { struck, down, up, journal }: Tool): Promise<string[]> {
  const { fault, at } = one
  switch (fault.name) {
    case 'ctrl-c': {
      const words = up().map((word) => `'${word}'`)
      const child = machine.start([
        'script',
        '--quiet',
        '--return',
        '--command',
        words.join(' '),
        '/dev/null',
      ])
      const end = finished(child)
      await underway(child, journal, at)
      child.stdin?.write('\x03')
      const done = await end
      child.stdin?.end()
      return ends('up', done, 130, 0)
    }
    case 'meanwhile': {
      const child = machine.start(up(), settings)
      const end = finished(child)
      await underway(child, journal, at)
      const refused = await down()
      const done = await end
      return [...both([refused, { ...done, code: 0 }]), ...ends('up', done, 0, 2), ...clear('up', done)]
    }
    case 'full': {
      const state = folder[one.on]
      const disk = `mkdir -p ${state} && mount -n -t tmpfs -o mode=755,size=${at * 4}k tmpfs ${state}`
      await machine.run(['sh', '-c', disk])
      const done = await struck('')
      const full = done.code === 2 && !/No space left|disk|full/i.test(done.stderr)
      const wrong = [...ends('up', done, 0, 2), ...clear('up', done), ...(full ? [said('up', done)] : [])]
      wrong.push(...removed(await down()))
      await machine
        .run(['sh', '-c', `ls -A ${state}; umount -n ${state} && rmdir ${state}`])
        .then(({ stdout }) =>
          wrong.push(
            ...stdout
              .split('\n')
              .filter(Boolean)
              .map((name) => `+ ${state}/${name}`),
          ),
        )
      return wrong
    }
    default: {
      const [kind, code] = fault.strike ?? ['', 0]
      const done = await struck(`${kind} ${one.whole ? 0 : at}`, fault.batch)
      const wrong = ends('up', done, one.whole ? 0 : code)
      if (fault.name === 'torn') tear(journal)
      if (fault.name === 'twice') wrong.push(...both(await Promise.all([down(), down()])))
      return wrong
    }
  }
}

/** Does the case. Returns what is not as it must be: nothing, when it is clean. */
export async function attempt(machine: Machine, one: Case, before: Look): Promise<string[]> {
  const its = tool(machine, one)
  const wrong = await crash(machine, one, its)
  wrong.push(...removed(await its.down()))
  return [...wrong, ...(await machine.changedSince(before))]
}
