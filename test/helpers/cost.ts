/** What something costs, on a machine that may be busy with other things. */
import { readFileSync } from 'node:fs'

/** The processor time of a process, and of its children that have ended, in seconds. Source: proc_pid_stat(5). */
function spent(pid: number | 'self'): number {
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const fields = after.split(' ').slice(11, 15).map(Number) // own: user, system; of the children: user, system
  return fields.slice(pid === 'self' ? 2 : 0).reduce((sum, ticks) => sum + ticks / 100, 0)
}

export interface Cost {
  /** How long it took, in seconds. */
  wall: number
  /** The processor time of what did it, in seconds: what others do at the same time is not in it. */
  processor: number
}

/** What work costs that is done by programs started here, or by the process `of`. */
export async function costOf(work: () => Promise<unknown>, of: number | 'self' = 'self'): Promise<Cost> {
  const [start, before] = [performance.now(), spent(of)]
  await work()
  return { wall: (performance.now() - start) / 1000, processor: spent(of) - before }
}

/** Tries until it was done in so many seconds, at most `tries` times. Returns the least of each. */
export async function leastCost(seconds: number, tries: number, once: () => Promise<Cost>): Promise<Cost> {
  const least: Cost = { wall: Number.POSITIVE_INFINITY, processor: Number.POSITIVE_INFINITY }
  for (let i = 0; i < tries && least.wall > seconds; i++) {
    const { wall, processor } = await once()
    least.wall = Math.min(least.wall, wall)
    least.processor = Math.min(least.processor, processor)
  }
  return least
}

/** The most memory that a process ever had, in MB. Source: proc_pid_status(5). */
export const mostMemory = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)?.[1]) / 1024
