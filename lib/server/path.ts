/** Where programs are found: the PATH of a lab's servers, the engine that was chosen, the Compose plugin. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Unable } from '../errors.ts'
import { cacheRoot } from './state.ts'

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const system = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
const within = (folder: string): string[] =>
  ['usr/sbin', 'usr/bin', 'sbin', 'bin', '.'].map((sub) => join(folder, sub))

/** The folder of the engine that was chosen: by VETHLAB_ENGINE, or by ENGINE=28.5 among those that were fetched. */
export function chosenEngine(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.VETHLAB_ENGINE) return env.VETHLAB_ENGINE
  if (!env.ENGINE) return undefined
  const folder = join(cacheRoot(), 'engines')
  const there = existsSync(folder) ? readdirSync(folder).sort() : []
  if (there.includes(env.ENGINE)) return join(folder, env.ENGINE)
  throw new Unable(`ENGINE=${env.ENGINE} is not there`, {
    hint: there.length > 0 ? `There are: ${there.join(', ')}` : 'make engines fetches 20.10, 26.1 and 28.5.',
  })
}

/** An engine is whole with these. Debian has docker in a package of its own, which may be left out. */
const engineParts = ['dockerd', 'docker', 'containerd', 'runc']

/** What an engine in these folders lacks. */
export const lackingOf = (folders: readonly string[]): string[] =>
  engineParts.filter((part) => !folders.some((dir) => isProgram(join(dir, part))))

/** What is in a folder, in a few words. */
function holds(folder: string): string {
  if (!existsSync(folder)) return 'there is no such folder'
  const names = readdirSync(folder)
  return names.length === 0 ? 'that one is empty' : `there is ${names.slice(0, 8).join(', ')}`
}

/**
 * The PATH of a virtual server. First the engine in VETHLAB_ENGINE, or chosen by ENGINE; else the one on the PATH, if it
 * is whole; else the one that set-up fetched.
 */
export function serverPath(env: NodeJS.ProcessEnv = process.env): string {
  const own = [...(env.PATH ?? '').split(':').filter((dir) => dir.startsWith('/')), ...system]
  const chosen = chosenEngine(env)
  if (chosen && !within(chosen).some((dir) => isProgram(join(dir, 'dockerd'))))
    throw new Unable(`VETHLAB_ENGINE=${chosen} holds no dockerd`, {
      hint: `It must be a folder with an engine in it, usr/sbin/dockerd or dockerd, beside its docker, containerd and runc; ${holds(chosen)}.`,
    })
  const fetched = lackingOf(own).length === 0 ? [] : within(join(cacheRoot(), 'engine'))
  const folders = [...(chosen ? within(chosen) : fetched), ...own]
  return [...new Set(folders.filter((dir) => existsSync(dir)))].join(':')
}

/** The file of a program in a PATH; undefined when none has it. */
export const findProgram = (name: string, path: string): string | undefined =>
  path
    .split(':')
    .map((dir) => join(dir, name))
    .find(isProgram)

/**
 * The Compose plugin: beside the engine that was chosen; the one that set-up fetched, which it does where no other works;
 * or in the places where Docker looks.
 */
export function findCompose(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = chosenEngine(env)
  const folders = [
    ...(chosen ? [join(chosen, 'usr/libexec/docker'), join(chosen, 'usr/lib/docker')] : []),
    join(cacheRoot(), 'compose/usr/libexec/docker'),
    join(cacheRoot(), 'compose/usr/lib/docker'),
    join(homedir(), '.docker'),
    '/usr/local/lib/docker',
    '/usr/local/libexec/docker',
    '/usr/lib/docker',
    '/usr/libexec/docker',
  ]
  return folders.map((folder) => join(folder, 'cli-plugins/docker-compose')).find(isProgram)
}
