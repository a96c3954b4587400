/** Who must reach whom: a check for each pair of places. */
import { noMore } from '../grammar/missing.ts'
import { callback, list, must as mustBe, oneLine } from '../values.ts'
import type { Check } from './check.ts'
import type { Target } from './probes.ts'

/** A place that asks and is asked: who it is in the table, and where it answers. */
export interface Node {
  readonly name: string
  readonly place: { ping(target: Target): { replies: Check; silent: Check } }
  readonly at: Target
}

function readNode(node: Node): Node {
  mustBe(typeof node?.place?.ping === 'function', node, 'is no node: { name, place, at }')
  oneLine(node.name, 'the name of a node')
  return node
}

/**
 * All pairs of some places, as checks: who gets a reply from whom. `must` tells which pairs must talk; the
 * others must not. The screen shows them as one table, rows from, columns to.
 */
export function matrix(
  nodes: readonly Node[],
  must: (from: string, to: string) => boolean,
  ...more: never[]
): Check[] {
  noMore('matrix()', more)
  list(nodes, 'the nodes of a matrix', readNode)
  callback(must, 'who must reach whom')
  return nodes.flatMap((from) =>
    nodes
      .filter((to) => to !== from)
      .map((to) => {
        const asked = from.place.ping(to.at)
        const check = must(from.name, to.name) ? asked.replies : asked.silent
        return Object.freeze({ ...check, pair: { from: from.name, to: to.name } })
      }),
  )
}
