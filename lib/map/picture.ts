/** A map as it is drawn: the picture, and what can be pointed at on it. */
import { boxesOf } from './boxes.ts'
import { folded } from './fold.ts'
import type { MapPlace, NetworkMap } from './model.ts'

export interface Picture {
  svg: string
  places: ReadonlyArray<Pick<MapPlace, 'id' | 'name' | 'kind' | 'server'>>
  /** What is not drawn, and what stands for it. */
  standIns: ReadonlyArray<readonly [string, string]>
}

/**
 * Draws maps of one lab, one after the other; what looks as it did before is not laid out again. What draws is large: it
 * is loaded from now on, while the lab is read.
 */
export function drawer(): (map: NetworkMap) => Promise<Picture> {
  const loading = Promise.all([import('./layout.ts'), import('./svg.ts')])
  let before = ''
  let picture = ''
  return async (map) => {
    const { standIns, ...drawn } = folded(map)
    const boxes = boxesOf(drawn)
    const text = JSON.stringify(boxes)
    if (text !== before) {
      const [{ layout }, { svg }] = await loading
      picture = svg(await layout(boxes))
      before = text
    }
    return {
      svg: picture,
      places: map.places.map(({ id, name, kind, server }) => ({ id, name, kind, server })),
      standIns: [...standIns],
    }
  }
}
