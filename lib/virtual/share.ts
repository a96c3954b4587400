/** The folder that a program's own lab may share with its servers: a working folder, and nothing that holds more. */
import { realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { BadInput } from '../errors.ts'

const systems =
  /^\/(bin|boot|dev|etc|home|lib\d*|libx32|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)?$/
const kernels = /^\/(proc|sys|dev|run)\//

/** The folder as it truly is. Refuses what a slip in a lab must not reach: /, a folder of the system, a home. */
export function sharedFolder(folder: string): string {
  const wrong = (what: string) =>
    new BadInput(`cannot share ${JSON.stringify(folder)}: ${what}`, {
      hint: 'Share a folder that holds only what the lab may write, as the one of your project.',
    })
  if (typeof folder !== 'string' || folder === '') throw wrong('it is no folder')
  let real: string
  try {
    real = realpathSync(folder)
    if (!statSync(real).isDirectory()) throw wrong('it is no folder')
  } catch (error) {
    throw error instanceof BadInput ? error : wrong('there is no such folder')
  }
  const home = realHome()
  if (systems.test(real) || kernels.test(real)) throw wrong(`${real} is a folder of the system`)
  if (home === real || home.startsWith(`${real}/`)) throw wrong(`${real} holds your home folder`)
  return real
}

function realHome(): string {
  try {
    return realpathSync(homedir())
  } catch {
    return homedir() // it need not be there
  }
}
