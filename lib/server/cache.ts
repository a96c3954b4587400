/** The cache: what set-up and the tests fetched or built, how large each part is, and which lab still uses it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Unable } from '../errors.ts'
import { typed } from './installed.ts'
import { allLabs } from './labs.ts'
import { cacheRoot } from './state.ts'

/** One part of the cache, that can be taken away alone. */
export interface CachePart {
  /** Its path below the cache, as in `engines/28.5`. */
  name: string
  /** What it is for. */
  what: string
  /** What it is made of, below the cache. */
  files: string[]
  bytes: number
  /** The labs that are up and use it; `set-up` or `a test`, when one of them works with it. */
  usedBy: string[]
}

/** The parts by how their names begin; those that hold parts of their own are told one by one. */
const kinds: ReadonlyArray<readonly [start: RegExp, what: string]> = [
  [/^engine$/, 'the Docker Engine of labs'],
  [/^engines\//, 'another engine, for ENGINE='],
  [/^compose$/, 'the Compose plugin'],
  [/^image/, 'the image of containers'],
  [/^machines\//, 'another machine, for make test-machines'],
  [/^runtimes\//, 'another runtime, for npm run test:runtimes'],
  [/^apt-/, 'lists of packages'],
]
const shelves = ['engines', 'machines', 'runtimes']

/** Not of set-up: the labs of an ordinary user, their storage, and what set-up holds while it works. */
const kept = ['run', 'storage', 'lock']

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new Unable(`cannot read the cache: ${(error as Error).message}`)
  }
}

/** Bytes on the disk; what cannot be read is not counted. du(1). */
function sizes(paths: readonly string[]): number[] {
  if (paths.length === 0) return []
  let said: string
  try {
    said = execFileSync('du', ['-sk', '--', ...paths], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch (error) {
    said = String((error as { stdout?: unknown }).stdout ?? '')
  }
  const found = new Map(
    said.split('\n').map((line) => [line.slice(line.indexOf('\t') + 1), Number.parseInt(line, 10)]),
  )
  return paths.map((path) => (found.get(path) ?? 0) * 1024)
}

/** The part a file of the cache belongs to: a test machine has a lock, and a copy that is ready, beside it. */
const partOf = (name: string): string => name.replace(/^(machines\/[^/]*?)\.(lock|ready-[^/]*)$/, '$1')

/** All parts of the cache, in the order of their names. */
export function cacheParts(): CachePart[] {
  const root = cacheRoot()
  const files = namesIn(root)
    .filter((name) => !kept.includes(name))
    .flatMap((name) =>
      shelves.includes(name) ? namesIn(join(root, name)).map((file) => `${name}/${file}`) : [name],
    )
  const up = allLabs()
  const bytes = sizes(files.map((file) => join(root, file)))
  const settingUp = isHeld(join(root, 'lock')) ? ['set-up'] : []
  return [...new Set(files.map(partOf))].map((name) => ({
    name,
    what: kinds.find(([start]) => start.test(name))?.[1] ?? 'of an older version',
    files: files.filter((file) => partOf(file) === name),
    bytes: files.reduce((sum, file, at) => sum + (partOf(file) === name ? (bytes[at] ?? 0) : 0), 0),
    usedBy: [
      ...settingUp,
      ...(isHeld(join(root, `${name}.lock`)) ? ['a test'] : []),
      ...up.filter((lab) => uses(lab, name)).map((lab) => lab.name),
    ],
  }))
}

/** Whether another process holds a lock. flock(1). */
function isHeld(file: string): boolean {
  if (!existsSync(file)) return false
  const { status } = spawnSync('flock', ['--nonblock', '--conflict-exit-code', '75', file, 'true'], {
    stdio: 'ignore',
  })
  return status === 75
}

/** A lab uses the folder its engine was started from, and the plugin beside it. */
function uses(
  { path, servers }: { path: string; servers: ReadonlyArray<{ engine: boolean }> },
  name: string,
): boolean {
  if (!servers.some(({ engine }) => engine)) return false
  if (name === 'compose') return true
  const folder = join(cacheRoot(), name)
  return path.split(':').some((dir) => dir === folder || dir.startsWith(`${folder}/`))
}

/** Takes one part away. Nothing is followed to another file system: a part may be the root of a test machine. */
export function removePart({ name, files, usedBy }: CachePart): void {
  if (usedBy.length > 0) throw new Unable(`${name} is in use by ${usedBy.join(', ')}`)
  const paths = files.map((file) => join(cacheRoot(), file))
  const mounted = mountPoints().find((at) => paths.some((path) => at === path || at.startsWith(`${path}/`)))
  if (mounted)
    throw new Unable(`something is mounted in the cache, at ${mounted}`, {
      hint: `umount it, then again: ${typed('clean --cache')}`,
    })
  for (const path of paths) rmSync(path, { recursive: true, force: true })
}

/** Where something is mounted; blanks in a path are written in octal there. proc_pid_mounts(5). */
const mountPoints = (): string[] =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .map((path) =>
      path.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
