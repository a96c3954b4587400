/** Looks whether a new virtual server can write anywhere on the machine's file systems: it must not start then. */
import { existsSync, readFileSync } from 'node:fs'
import { Unable } from '../errors.ts'

/** What a server has for itself, by kind or by place: see files.sh. */
const own = /^\/(proc|sys|dev|run)(\/|$)/
const ownTops = /^\/(etc|opt|var|tmp)$/

/** A path as mountinfo has it: blanks and the like are octal. */
const plain = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

const isBelow = (path: string, folder: string): boolean =>
  folder === '/' || path === folder || path.startsWith(`${folder}/`)

/**
 * The folders where the mounts of a server, as /proc/PID/mountinfo has them, leave something of the machine's writable, but for the
 * one that is shared. Source: proc(5).
 */
export function writableMounts(mountinfo: string, share?: string): string[] {
  const mounts = mountinfo
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', parent = '', , , target = '', flags = ''] = line.split(' ')
      return { id, parent, target: plain(target), writable: flags.split(',').includes('rw') }
    })
  const byId = new Map(mounts.map((mount) => [mount.id, mount]))
  /** Whether another one lies over it, or over one that it is in: then nobody reaches it. */
  const covered = (mount: (typeof mounts)[number]): boolean => {
    let below = mount
    for (let on: typeof mount | undefined = mount; on; on = byId.get(on.parent)) {
      const { id } = on
      const over = (other: typeof mount) =>
        other.parent === id && other !== below && other !== on && isBelow(below.target, other.target)
      if (mounts.some(over)) return true
      if (on.parent === id) return false
      below = on
    }
    return false
  }
  return mounts
    .filter(({ target, writable }) => writable && !own.test(target) && !ownTops.test(target))
    .filter(({ target }) => share === undefined || !isBelow(target, share))
    .filter((mount) => !covered(mount))
    .map(({ target }) => target)
}

/** Makes sure that a server leaves the machine's files alone. */
export function mustBeReadOnly(pid: number, share?: string): void {
  // What is below a folder that is closed to this user is closed to the server.
  const isOpen = (target: string) => existsSync(`/proc/${pid}/root${target}`)
  const [first] = writableMounts(readFileSync(`/proc/${pid}/mountinfo`, 'utf8'), share).filter(isOpen)
  if (first !== undefined)
    throw new Unable(`a virtual server could write to ${first} of this machine: it is not started`, {
      command: 'mount -o remount,bind,ro',
      hint: 'Is that a file system of a rare kind? Unmount it, or tell us what it is.',
    })
}
