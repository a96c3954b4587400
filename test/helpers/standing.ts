/** A lab for all tests of a file. */
import { type OpenLab, withLab } from '../../lib/index.ts'

/** Opens a lab and builds it. It stands until `close` is called. */
export async function standing(
  build: (lab: OpenLab) => Promise<void>,
): Promise<{ lab: OpenLab; close(): Promise<void> }> {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return new Promise((resolve, reject) => {
    const work = withLab(async (lab) => {
      await build(lab)
      resolve({
        lab,
        close: async () => {
          end()
          await work
        },
      })
      await ended
    })
    work.catch(reject)
  })
}
