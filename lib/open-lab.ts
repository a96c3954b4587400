/** A lab in the hands of a program of one's own, as a value: openLab(). */
import type { Scenario } from './lab/lab.ts'
import { forgottenFromNow } from './language/command.ts'
import type { LabOptions, OpenLab } from './program/open-lab.ts'

/** A name that no other lab has: a test runner may load this module several times in one process. */
export const newName = (): string => `lab-${process.pid}-${Math.floor(Math.random() * 36 ** 6).toString(36)}`

/** What runs a lab: loaded late, so that a scenario that only wants the vocabulary does not wait for it. */
export const machinery = () => import('./program/machinery.ts')

const isScenario = (given: Scenario | LabOptions): given is Scenario => 'body' in given

/**
 * Opens a lab on virtual servers, which start when a command needs them. Remove it by `await lab.close()`, or by
 * `await using`; it ends with this process, however that ends. A scenario that is given is built in it first.
 *
 * What its servers write stays in them. Only the folder that `share` names they write to as it is: yours, for results.
 */
export async function openLab(given: Scenario | LabOptions = {}, more: LabOptions = {}): Promise<OpenLab> {
  const { name = newName(), share, signal, ...how } = isScenario(given) ? more : given
  signal?.throwIfAborted()
  const known = await machinery()
  const world = await known
    .openWorld({
      name: known.labName(name),
      title: isScenario(given) ? given.title : 'a lab of a program',
      file: process.argv[1] ?? '',
      path: known.serverPath(),
      servers: [],
      ...(share === undefined ? {} : { share: known.sharedFolder(share) }),
    })
    .catch((error) => Promise.reject(known.inFull(error)))
  const strays = forgottenFromNow()
  const orphaned = known.whenOrphaned(() => void end().catch(() => {}))
  const end = known.once(async () => {
    orphaned()
    known.warnOf(strays())
    await known.endWorld(name)
  })
  signal?.addEventListener('abort', () => void end().catch(() => {}), { once: true })
  const lab = known.labOn(known.virtualServers(world.record, how.tell), how, end)
  if (!isScenario(given)) return lab
  try {
    await given.body(lab)
    return lab
  } catch (error) {
    await end()
    throw known.inFull(error)
  }
}
