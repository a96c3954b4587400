/** What labs need of this machine, as findings: `make doctor` tells them all, `up` stops at the first that fails. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { Unable } from '../errors.ts'
import { typed } from '../server/installed.ts'
import { howToInstall } from '../server/packages.ts'
import { findCompose, findProgram, lackingOf } from '../server/path.ts'
import { builtImage, cacheRoot } from '../server/state.ts'
import { type Finding, fail, ok, warn } from './finding.ts'
import { system } from './surroundings.ts'

/** Throws the first finding that fails, in the doctor's words. */
export function mustHold(findings: readonly Finding[]): void {
  const failed = findings.find(({ state }) => state === 'fail')
  if (failed)
    throw new Unable(`${failed.about}: ${failed.found}`, {
      hint: `${failed.advice}\n${typed('doctor')} tells all that this machine lacks.`,
    })
}

/** What a program prints, or undefined when it is missing or fails. */
export function said(file: string, ...argv: string[]): string | undefined {
  try {
    const stdio = ['ignore', 'pipe', 'pipe'] as const
    return execFileSync(file, argv, { encoding: 'utf8', stdio: [...stdio], timeout: 10_000 }).trim()
  } catch {
    return undefined
  }
}

/** A file of the kernel's, or nothing. */
export const contents = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '')

/** What virtual servers are made of. */
export function kernel(): Finding[] {
  const filesystems = contents('/proc/filesystems')
  const has = (name: string) => new RegExp(`\\b${name}$`, 'm').test(filesystems)
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const recent = major > 5 || (major === 5 && minor >= 4)
  const cgroup = existsSync('/sys/fs/cgroup/cgroup.controllers')
    ? 'version 2'
    : 'version 1, with a tree of version 2 for labs'
  return [
    system(),
    recent ? ok('kernel', release()) : warn('kernel', release(), 'Older than 5.4: not tried.'),
    has('overlay')
      ? ok('overlay', 'there')
      : fail('overlay', 'not in /proc/filesystems', 'sudo modprobe overlay: servers keep their files on it.'),
    has('cgroup2')
      ? ok('cgroup', cgroup)
      : fail('cgroup', 'no version 2', 'Containers of a lab need it: a newer kernel.'),
  ]
}

/** The programs that a lab starts. */
export function tools(path: string, needed: readonly string[]): Finding[] {
  const missing = needed.filter((tool) => !findProgram(tool, path))
  return missing.length > 0
    ? [fail('tools', `${missing.join(', ')}: not found`, howToInstall(missing))]
    : [ok('tools', 'all')]
}

/** The version that an engine tells of itself: `28.5.2`; undefined when it tells none. */
const versionOf = (dockerd: string): string | undefined =>
  said(dockerd, '--version')?.match(/version ([^,\s]+)/)?.[1]

/** An engine that is too old for labs: before 20.10 it knows no IPv6 rules, no cgroup v2 and no rootless mode. */
export function oldEngine(dockerd: string, version = versionOf(dockerd)): Finding | undefined {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  if (!version || !major || major > 20 || (major === 20 && minor >= 10)) return undefined
  return fail(
    'engine',
    `${version}, ${dockerd}, is too old`,
    `Labs need Docker Engine 20.10 or later: ${typed('setup')} fetches one, or name the folder of one with VETHLAB_ENGINE.`,
  )
}

/** The engine that a server would run. */
export function engine(path: string): Finding[] {
  const dockerd = findProgram('dockerd', path)
  const version = dockerd && versionOf(dockerd)
  const old = dockerd && oldEngine(dockerd, version)
  if (old) return [old]
  const lacking = lackingOf(path.split(':'))
  if (version && lacking.length > 0)
    return [
      fail(
        'engine',
        `${version}, ${dockerd}, without ${lacking.join(', ')}`,
        process.env.VETHLAB_ENGINE
          ? 'The folder in VETHLAB_ENGINE must hold the whole engine.'
          : `${howToInstall(lacking)}, which fetches a whole one beside it.`,
      ),
    ]
  if (version) return [ok('engine', `${version}, ${dockerd}`)]
  return [
    dockerd
      ? fail(
          'engine',
          `${dockerd} does not tell its version`,
          `Is it whole? ${typed('setup')} fetches another one.`,
        )
      : fail('engine', 'no dockerd', `${typed('setup')} fetches one.`),
  ]
}

/** The Compose plugin: version 1 is another program, which knows neither `name:` nor newer engines. */
export function compose(): Finding[] {
  const plugin = findCompose()
  if (!plugin)
    return [fail('Compose', 'not found', `Version 2 or later is needed: ${typed('setup')} fetches it.`)]
  const version = said(plugin, 'version', '--short')?.replace(/^v/, '') ?? 'of unknown version'
  return [
    Number.parseInt(version, 10) >= 2
      ? ok('Compose', `${version}, ${plugin}`)
      : fail(
          'Compose',
          `${version}, ${plugin}`,
          `Version 2 or later is needed, and one that runs here: ${typed('setup')} fetches it.`,
        ),
  ]
}

/** The image that set-up builds. */
export function image(): Finding[] {
  const file = join(cacheRoot(), 'image.tar')
  return [existsSync(file) ? ok('image', file) : fail('image', 'not built', `${typed('setup')} builds it.`)]
}

/** Whether the image of a lab is the one that set-up builds. */
export const ownImage = (): boolean => (process.env.IMAGE || builtImage) === builtImage
