/**
 * What labs need of the machine's rights. Root has them all. An ordinary user makes a user namespace around each lab,
 * which the kernel may forbid, and which needs subordinate ids for the users of its containers.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { Unable } from '../errors.ts'
import type { Command } from '../language/command.ts'
import type { Need } from '../language/effects.ts'
import { rootless } from '../server/enter.ts'
import { howToInstall, manager } from '../server/packages.ts'
import { findProgram } from '../server/path.ts'
import { type Finding, fail, ok, warn } from './finding.ts'
import { container } from './surroundings.ts'
import { refused, tried } from './tried.ts'

export interface Switches {
  /** Whether the kernel has user namespaces at all. */
  known: boolean
  /** kernel.unprivileged_userns_clone, of Debian; user.max_user_namespaces; undefined where there is none. */
  clone?: string | undefined
  max?: string | undefined
  /** Those of user.max_…_namespaces for the other kinds that are 0. */
  none?: readonly string[]
  /** kernel.apparmor_restrict_unprivileged_userns, of Ubuntu, and whether unshare has a profile that allows it. */
  apparmor?: string | undefined
  allowed: () => boolean
}

/** Whether the kernel lets an ordinary user make user namespaces. */
export function userNamespaces({ known, clone, max, none = [], apparmor, allowed }: Switches): Finding {
  const about = 'user namespaces'
  if (!known) return fail(about, 'not in this kernel', 'Only root can run labs here: sudo make …')
  const forbidden = (key: string, value: number) =>
    fail(about, `forbidden by ${key}`, `sudo sysctl -w ${key}=${value}`)
  if (max === '0') return forbidden('user.max_user_namespaces', 15000)
  for (const key of none) return forbidden(key, 15000)
  if (clone === '0') return forbidden('kernel.unprivileged_userns_clone', 1)
  if (apparmor === '1' && !allowed()) return forbidden('kernel.apparmor_restrict_unprivileged_userns', 0)
  return ok(about, 'allowed to ordinary users')
}

/** Whether the programs are there that give a user namespace its subordinate ids, and may do so. */
export function uidmap(has: (program: string) => boolean, noNewPrivileges: boolean, by = manager()): Finding {
  const about = 'uidmap'
  const missing = ['newuidmap', 'newgidmap'].filter((program) => !has(program))
  if (missing.length > 0) return fail(about, `missing: ${missing.join(', ')}`, howToInstall(missing, by))
  if (noNewPrivileges)
    return fail(
      about,
      'newuidmap has no effect here: no_new_privs is set',
      'Start it from a login shell (ssh localhost): a container or a service sets no_new_privs for all it runs.',
    )
  return ok(about, 'newuidmap and newgidmap')
}

/** The ranges of a file as subuid(5) says: a line each of owner:first:count. */
const rangesIn = (text: string) =>
  text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length === 3)
    .map(([owner = '', first, count]) => ({ owner, first: Number(first), count: Number(count) }))

/** Whether a user has subordinate ids in /etc/subuid and /etc/subgid, as useradd gives them to people. */
export function subordinateIds(
  user: string,
  uid: number,
  files: { subuid: string; subgid: string },
): Finding {
  const about = 'subordinate ids'
  const mine = ({ owner }: { owner: string }) => owner === user || owner === String(uid)
  const lacking = (['subuid', 'subgid'] as const).filter((name) => !rangesIn(files[name]).some(mine))
  const first = Math.max(
    100_000,
    ...[files.subuid, files.subgid].flatMap(rangesIn).map((range) => range.first + range.count),
  )
  if (lacking.length > 0) {
    const options = lacking.map((name) => `--add-${name}s ${first}-${first + 65_535}`)
    return fail(
      about,
      `no line for ${user} in ${lacking.map((name) => `/etc/${name}`).join(' and ')}`,
      `sudo usermod ${options.join(' ')} ${user}`,
    )
  }
  const count = rangesIn(files.subuid).find(mine)?.count ?? 0
  if (count < 65_536)
    return warn(
      about,
      `${count} in /etc/subuid`,
      'Images with users of higher numbers than that cannot be used: 65536 are usual.',
    )
  return ok(about, `${count} for ${user}`)
}

/** Whether unshare(1) can give a user namespace all of a user's subordinate ids. */
export const unshare = (help: string): Finding =>
  help.includes('--map-auto')
    ? ok('unshare', 'knows --map-auto')
    : fail('unshare', 'does not know --map-auto', 'util-linux 2.38 or later is needed, or root.')

const read = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined

const kinds = ['mnt', 'net', 'pid', 'uts', 'ipc', 'cgroup']

/**
 * What this user may do on this machine, as far as labs need it; `path` is where programs are looked for. With a try,
 * which takes a moment, what no file tells is found, too.
 */
export function rights(path: string, withTry = false): Finding[] {
  const works = (...words: readonly string[]) => spawnSync(words[0] ?? '', words.slice(1)).status === 0
  const namespaces = userNamespaces({
    known: existsSync('/proc/self/ns/user'),
    clone: read('/proc/sys/kernel/unprivileged_userns_clone'),
    max: read('/proc/sys/user/max_user_namespaces'),
    none: kinds
      .filter((kind) => read(`/proc/sys/user/max_${kind}_namespaces`) === '0')
      .map((kind) => `user.max_${kind}_namespaces`),
    apparmor: read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
    allowed: () => rootless && works('unshare', '--user', '--map-root-user', '--mount', 'true'),
  })
  // Root has no need of them; those who share the machine may have.
  if (!rootless)
    return [
      refused(withTry ? tried() : undefined, true, container()),
      namespaces.state === 'fail' ? { ...namespaces, state: 'warn' } : namespaces,
    ]
  const { uid, username } = userInfo()
  const told = [
    ok('rights', `${username}, without root: labs are in user namespaces`),
    namespaces,
    unshare(spawnSync('unshare', ['--help'], { encoding: 'utf8' }).stdout ?? ''),
    uidmap(
      (program) => findProgram(program, path) !== undefined,
      /^NoNewPrivs:\s*1/m.test(read('/proc/self/status') ?? ''),
    ),
    subordinateIds(username, uid, {
      subuid: read('/etc/subuid') ?? '',
      subgid: read('/etc/subgid') ?? '',
    }),
  ]
  const known = told.some(({ state }) => state === 'fail')
  return known || !withTry ? told : [...told, refused(tried(), false, container())]
}

const accessible = (file: string): boolean => {
  try {
    accessSync(file, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** What to do where nothing else helps. */
export const takesRoot = 'Run this scenario as root: sudo make …'

/** Why a command cannot work without root, and what to do; undefined when it can. */
export function needsRoot(
  { needs = [] }: { readonly needs?: readonly Need[] },
  mayUse: (device: string) => boolean = accessible,
): { why: string; hint: string } | undefined {
  for (const need of needs) {
    if (need.needs === 'overlay driver')
      return {
        why: 'an engine without root has no overlay networks: Docker leaves its overlay driver out there',
        hint: takesRoot,
      }
    if (need.needs === 'device' && !mayUse(need.path))
      return {
        why: `${need.path} is closed to ordinary users on this machine`,
        hint: `sudo chmod 666 ${need.path}, as udev does where it runs; or run this scenario as root.`,
      }
  }
  return undefined
}

/** Refuses what this user may not do on this machine, before anything starts. */
export function mustBeAllowed(commands: readonly Command[], path: string): void {
  if (!rootless) return
  for (const { about, state, found, advice } of rights(path))
    if (state === 'fail') throw new Unable(`without root: ${about}: ${found}`, { hint: advice })
  for (const command of commands) {
    const refused = needsRoot(command)
    if (refused) throw new Unable(refused.why, { command: command.argv.join(' '), hint: refused.hint })
  }
}
