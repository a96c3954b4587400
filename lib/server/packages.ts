/** Which package has a program on this machine's distribution: packages.txt has the table, which set-up reads, too. */
import { existsSync, readFileSync } from 'node:fs'
import { type ErrorParts, Unable } from '../errors.ts'
import { typed } from './installed.ts'

const managers = ['apt', 'dnf', 'pacman', 'apk'] as const
export type Manager = (typeof managers)[number]

/** What installs a package, as root. */
const install: Readonly<Record<Manager, string>> = {
  apt: 'apt install',
  dnf: 'dnf install',
  pacman: 'pacman -S',
  apk: 'apk add',
}

/** The package manager of this machine; undefined where it has none of those in the table. */
export const manager = (exists: (file: string) => boolean = existsSync): Manager | undefined =>
  managers.find((name) => ['/usr/bin', '/bin', '/sbin'].some((folder) => exists(`${folder}/${name}`)))

let table: string[][] | undefined
const rows = (): string[][] => {
  table ??= readFileSync(new URL('packages.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => line.split(/\s+/))
  return table
}

/** The line that installs programs, as root; undefined where no package of them is known. */
export function installLine(
  tools: readonly string[],
  by: Manager | undefined = manager(),
): string | undefined {
  if (!by) return undefined
  const column = managers.indexOf(by) + 1
  const known = tools.map((tool) => rows().find(([name]) => name === tool)?.[column] ?? '-')
  const packages = [...new Set(known)].filter((name) => name !== '-')
  return packages.length > 0 ? `${install[by]} ${packages.join(' ')}` : undefined
}

/** What to type where programs are missing. */
export function howToInstall(tools: readonly string[], by: Manager | undefined = manager()): string {
  const line = installLine(tools, by)
  return `Install it: ${line ? `${line}, or ` : ''}${typed('setup')}`
}

/** The error for a program that is not on the PATH. */
export const toolMissing = (tool: string, parts: ErrorParts = {}): Unable =>
  new Unable(`${tool}: not found`, { hint: howToInstall([tool]), ...parts })
