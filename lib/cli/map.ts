/** The verb `map`: a lab's network as it is now, as text, as a picture, or for programs. */
import { writeFileSync } from 'node:fs'
import colors from 'picocolors'
import { Unable } from '../errors.ts'
import { boxesOf } from '../map/boxes.ts'
import { folded } from '../map/fold.ts'
import { drawer } from '../map/picture.ts'
import { mapOf } from '../map/read.ts'
import { mapText } from '../map/text.ts'
import { standing } from './inspect.ts'
import { say } from './output.ts'

export interface MapOptions {
  json: boolean
  /** Writes the picture to that file. */
  svg?: string | undefined
  mermaid?: boolean | undefined
}

/** Shows the map of a lab that is up. Returns the exit code. */
export async function mapVerb(name: string, { json, svg: file, mermaid }: MapOptions): Promise<number> {
  const lab = standing(name)
  const draw = file === undefined ? undefined : drawer()
  const map = await mapOf(lab)
  if (draw && file !== undefined) {
    const { svg } = await draw(map)
    try {
      writeFileSync(file, svg)
    } catch (error) {
      throw new Unable(`cannot write the picture: ${(error as Error).message}`, {
        hint: 'Name a file in a folder that you may write to: --svg map.svg',
      })
    }
  }
  if (json) say(`${JSON.stringify(map, null, 2)}\n`)
  else if (mermaid) say((await import('../map/mermaid.ts')).mermaid(boxesOf(folded(map))))
  else if (file === undefined) say(`${colors.bold(map.lab)}  ${map.title}\n\n${mapText(folded(map))}\n`)
  return 0
}
