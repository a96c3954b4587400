/** How much each interface has moved. */
import { idOf } from '../map/model.ts'
import type { LabRecord } from '../server/state.ts'
import { inside, type Stack } from '../why/stacks.ts'

/** The packets that each interface has received and sent, by its id on the map. */
export async function countersOf(lab: LabRecord, stacks: readonly Stack[]): Promise<Array<[string, string]>> {
  const { run } = inside(lab)
  const texts = await Promise.all(stacks.map((stack) => run(stack, ['cat', '/proc/net/dev'])))
  return texts.flatMap(({ stdout }, i) =>
    [...stdout.matchAll(/^\s*([^\s:]+):\s*\d+\s+(\d+)(?:\s+\d+){7}\s+(\d+)/gm)].map(
      ([, name, received, sent]): [string, string] => [
        `${idOf(stacks[i] as Stack)}/${name}`,
        `${received} ${sent}`,
      ],
    ),
  )
}
