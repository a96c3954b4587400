/** The verb `map`: a lab's network as it is now, as text, as a picture, or for programs. */
import { writeFileSync } from 'node:fs'
import colors from 'picocolors'
import { Unable } from '../errors.ts'
import { boxesOf } from '../map/boxes.ts'
import { folded } from '../map/fold.ts'
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
  // What draws is large: it is loaded while the lab is read.
  const drawing =
    file === undefined ? undefined : Promise.all([import('../map/layout.ts'), import('../map/svg.ts')])
  const map = await mapOf(lab)
  if (drawing && file !== undefined) {
    const [{ layout }, { svg }] = await drawing
    const picture = svg(await layout(boxesOf(folded(map))))
    try {
      writeFileSync(file, picture)
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
