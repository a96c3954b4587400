/** Who reaches whom: every place pings every other one. */
import type { LabRecord } from '../server/state.ts'
import { called, inside, type Stack } from '../why/stacks.ts'
import type { Cell } from './client/types.ts'

/** So many pings wait for their answer side by side. */
const sideBySide = 24

/** From so many places on the table would be too large to be read. */
const most = 40

/** The address by which others know a place: not that of Docker's bridges, which is not meant for them. */
const addressOf = ({ links }: Stack): string | undefined =>
  links.find(({ kind, addresses, name }) => kind !== 'bridge' && name !== 'lo' && addresses.length > 0)
    ?.addresses[0]?.local

/** The table of a lab, place by place. */
export async function matrixOf(lab: LabRecord, stacks: readonly Stack[]): Promise<Cell[]> {
  const { run } = inside(lab)
  const places = stacks
    .filter((stack) => stack.place.kind !== 'lan' && addressOf(stack) !== undefined)
    .slice(0, most)
  const pairs = places.flatMap((from) => places.filter((to) => to !== from).map((to) => ({ from, to })))
  const cells: Cell[] = []
  const next = pairs.values()
  const work = async () => {
    for (const { from, to } of next) {
      const address = addressOf(to) as string
      const { code } = await run(from, ['ping', '-n', '-c', '1', '-W', '1', address])
      cells.push({ from: called(from.place), to: called(to.place), address, reaches: code === 0 })
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, work))
  return cells
}
