/** Whether the namespaces of a lab can be made, by making them: some things refuse them that no file tells of. */
import { spawnSync } from 'node:child_process'
import { newWorldWords } from '../server/enter.ts'
import { type Finding, fail, ok } from './finding.ts'
import { letContainer } from './surroundings.ts'

/**
 * Where the files allow it and the kernel still does not: what a try says, and who may be behind it. `said` is undefined
 * where the try succeeded.
 */
export function refused(said: string | undefined, isRoot: boolean, inside: string | undefined): Finding {
  const about = isRoot ? 'rights' : 'namespaces'
  if (said === undefined) return ok(about, isRoot ? 'root' : 'can be made')
  const words = said.trim().split('\n').at(-1) || 'unshare failed'
  const found = isRoot ? `root, but it may not make namespaces: ${words}` : words
  if (/^new[ug]idmap:/.test(words))
    return fail(
      about,
      found,
      'It must be set-uid root, as its package has it: sudo chmod u+s $(command -v newuidmap newgidmap)',
    )
  if (inside) return fail(about, found, letContainer(inside))
  if (/No space left/.test(words))
    return fail(about, found, 'The limits of user.max_…_namespaces are reached: sysctl -a | grep max_')
  return fail(
    about,
    found,
    isRoot
      ? 'CAP_SYS_ADMIN is taken from what runs here: grep Cap /proc/self/status; try it from a login shell of root.'
      : 'A security module or a sandbox around this shell forbids it: try it from a login shell; dmesg may tell.',
  )
}

/** Makes the namespaces of a lab for a moment, and a mount in them; returns what was said where that fails. */
export function tried(): string | undefined {
  const [program = '', ...words] = newWorldWords
  const mount = ['--net', '--uts', '--ipc', '--pid', '--fork', 'mount', '-n', '-t', 'tmpfs', 'tmpfs', '/run']
  const { status, stderr, error } = spawnSync(program, [...words, ...mount], { encoding: 'utf8' })
  return status === 0 ? undefined : error?.message || stderr || 'it failed without a word'
}
