/** A lab for all tests of a file. */
import { type OpenLab, withLab } from '../../lib/index.ts'

/** Opens a lab and builds it. It stands until `close` is called. A `share` is what its servers may write to. */
export async function standing(
  build: (lab: OpenLab) => Promise<void>,
  options: { share?: string } = {},
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
    }, options)
    work.catch(reject)
  })
}
