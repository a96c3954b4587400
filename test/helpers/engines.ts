/** Engines put together from those that were fetched, for what none of them does by itself. */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheRoot } from '../../lib/server/state.ts'

const fetched = (version: string): string => join(cacheRoot(), 'engines', version)

/** Why a test with these engines is skipped; false when they are there. */
export const lacksEngines = (...versions: string[]): string | false => {
  const missing = versions.filter((version) => !existsSync(fetched(version)))
  return missing.length > 0 ? `there is no engine ${missing.join(', ')}: make engines` : false
}

interface Changes {
  /** What its daemon has in its environment. */
  env?: Record<string, string>
  /** The version that its docker(1) is of. */
  docker?: string
  /** Programs of its own, by name: the text of each. */
  programs?: Record<string, string>
}

/** A folder for VETHLAB_ENGINE: the programs of a version that was fetched, with something changed. */
export function engineLike(
  folder: string,
  version: string,
  { env = {}, docker, programs = {} }: Changes,
): string {
  const bin = join(folder, 'usr/bin')
  mkdirSync(bin, { recursive: true })
  for (const dir of ['usr/sbin', 'usr/bin'])
    for (const name of readdirSync(join(fetched(version), dir))) {
      rmSync(join(bin, name), { force: true })
      symlinkSync(join(fetched(version), dir, name), join(bin, name))
    }
  const write = (name: string, text: string) => {
    rmSync(join(bin, name), { force: true })
    writeFileSync(join(bin, name), text, { mode: 0o755 })
  }
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${value}\n`)
  const real = join(fetched(version), 'usr/sbin/dockerd')
  if (exports.length > 0) write('dockerd', `#!/bin/sh\n${exports.join('')}exec ${real} "$@"\n`)
  if (docker) write('docker', `#!/bin/sh\nexec ${join(fetched(docker), 'usr/bin/docker')} "$@"\n`)
  for (const [name, text] of Object.entries(programs)) write(name, text)
  return folder
}
