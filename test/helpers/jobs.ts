/** Runs test files side by side, each as a process of its own: a line for each as it ends. */
import { spawn } from 'node:child_process'
import colors from 'picocolors'
import { finished } from '../../lib/server/process.ts'

/** A test file, as root or as an ordinary user; or another program that ends well or badly. */
export interface Job {
  /** What it is called on the screen. */
  name: string
  /** The words of its command. */
  words: readonly string[]
  env?: Readonly<Record<string, string>>
  /** It runs when no other does. */
  alone?: boolean
  /** How long it took the last time, or a guess: the longest begin first. */
  weight: number
}

export interface Result {
  name: string
  passed: number
  failed: number
  seconds: number
  output: string
}

/** The seconds that a file may take: one that hangs would be waited for without end. */
const patience = 900

const running = new Set<number>()

/** Ends what runs, each with all that it has started. */
export function endJobs(): void {
  for (const pid of running)
    try {
      process.kill(-pid, 'SIGTERM')
    } catch {} // it has just ended
}

async function run({ name, words, env }: Job): Promise<Result> {
  const began = performance.now()
  const child = spawn(words[0] ?? '', words.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
    detached: true, // a group of its own, to be ended as a whole
  })
  const { pid = 0 } = child
  running.add(pid)
  let late = ''
  const timer = setTimeout(() => {
    late = `\nIt took longer than ${patience} s, and was ended.`
    process.kill(-pid, 'SIGKILL') // what waits for its child, as unshare does, hears nothing gentler
  }, patience * 1000)
  const { code, stdout, stderr } = await finished(child)
  clearTimeout(timer)
  running.delete(pid)
  const number = (what: string) => Number(stdout.match(new RegExp(`^ℹ ${what} (\\d+)$`, 'm'))?.[1] ?? 0)
  const failed = number('fail') + number('cancelled')
  const counted = /^ℹ tests \d+$/m.test(stdout) // what is no test file counts as one
  return {
    name,
    passed: counted || code !== 0 ? number('pass') : 1,
    failed: failed || (code === 0 ? 0 : 1), // it may end badly beside its tests
    seconds: (performance.now() - began) / 1000,
    output: `${stdout}${stderr}${late}`,
  }
}

/** Does the jobs, so many at a time, and tells of each as it ends. */
export async function sideBySide(jobs: readonly Job[], lanes: number): Promise<Result[]> {
  const results: Result[] = []
  const work = async (queue: Job[]): Promise<void> => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const result = await run(job)
      results.push(result)
      console.log(line(result))
    }
  }
  const sorted = [...jobs].sort((a, b) => b.weight - a.weight)
  const beside = sorted.filter(({ alone }) => !alone)
  await Promise.all(Array.from({ length: lanes }, () => work(beside)))
  await work(sorted.filter(({ alone }) => alone))
  return results
}

function line({ name, passed, failed, seconds }: Result): string {
  const sign = failed > 0 ? colors.red('✗') : colors.green('✓')
  const count = passed === 1 ? '1 test' : `${passed} tests`
  const tests = failed > 0 ? `${failed} of ${passed + failed} failed` : count
  return `${sign} ${name.padEnd(50)} ${tests.padStart(15)} ${seconds.toFixed(1).padStart(6)} s`
}

/** What a file that failed has said of its failures. */
export function failures({ name, output }: Result): string {
  const [, told] = output.split('✖ failing tests:\n')
  return `\n${colors.red('✗')} ${name}\n${told?.trim() ?? output.trim().split('\n').slice(-40).join('\n')}`
}
