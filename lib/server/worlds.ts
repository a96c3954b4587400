/** The labs that run, found by their processes: also those that no file tells of any more. */
import { readFileSync, readlinkSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { labMark } from './enter.ts'
import { list, stateRoot } from './state.ts'

/** The lab that a process holds, by the words that started it: `unshare … world.sh STATE/NAME/pid …` (janitor.sh). */
function heldBy(pid: string): string | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    if (!words[0]?.endsWith('unshare')) return undefined
    const file = words[words.findIndex((word) => basename(word) === 'world.sh') + 1] ?? ''
    const name = basename(dirname(file))
    if (dirname(dirname(file)) !== stateRoot()) return undefined
    // A lab inside a virtual server has the same words, and is another one's.
    if (readlinkSync(`/proc/${pid}/ns/pid`) !== readlinkSync('/proc/self/ns/pid')) return undefined
    const environ = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return environ.includes(`VETHLAB_LAB=${labMark(name)}`) ? name : undefined
  } catch {
    return undefined // it has ended, or is another user's
  }
}

/** The names of the labs of this user that run, each with the process that ends the lab when it is killed. */
export function runningWorlds(): Map<string, number> {
  const worlds = new Map<string, number>()
  for (const pid of list('/proc')) {
    const name = /^\d+$/.test(pid) ? heldBy(pid) : undefined
    if (name !== undefined) worlds.set(name, Number(pid))
  }
  return worlds
}
