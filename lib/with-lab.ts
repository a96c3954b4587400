/** A lab for as long as a piece of work takes: withLab(). */
import { forgottenIn } from './language/command.ts'
import { machinery, newName, openLab } from './open-lab.ts'
import type { LabOptions, OpenLab } from './program/open-lab.ts'

/** Does the work. What is built in it and never given to the lab, a command or a check, is told as in a scenario. */
async function carefully<T>(work: (lab: OpenLab) => Promise<T>, lab: OpenLab): Promise<T> {
  let value: { of: T } | undefined
  const strays = await forgottenIn(async () => {
    value = { of: await work(lab) }
  })
  ;(await machinery()).warnOf(strays)
  return (value as { of: T }).of
}

/**
 * Opens a lab on virtual servers for a program of one's own, as a test, and removes it when the work is done, has
 * failed, or was cut off by a signal. Servers and engines start when the first command needs them. Unless `batch` is
 * false, the commands of a step that can run together do. A check that fails throws.
 *
 * What its servers write stays in them. Only the folder that `share` names they write to as it is: yours, for results.
 */
export async function withLab<T>(work: (lab: OpenLab) => Promise<T>, options: LabOptions = {}): Promise<T> {
  const { guarded, endWorld, sleep } = await machinery()
  const { name = newName() } = options
  let opening: Promise<OpenLab> | undefined
  let lab: OpenLab | undefined
  const stays = setInterval(() => {}, 2 ** 30) // a program may keep its lab open until a signal comes
  try {
    return await guarded(
      async () => {
        opening = openLab({ ...options, name })
        lab = await opening
        const value = await carefully(work, lab)
        await lab.close()
        return value
      },
      async () => {
        // One that is cut off while it starts would go on, and be found by nobody. A name that is another's stays.
        if (!lab) lab = (await Promise.race([opening?.catch(() => {}), sleep(3000)])) ?? undefined
        if (lab) await endWorld(name)
      },
      undefined,
      'signals',
    )
  } finally {
    clearInterval(stays)
  }
}
