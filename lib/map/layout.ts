/** Where the boxes of a map stand: laid out by the Eclipse Layout Kernel, which knows boxes in boxes. */
import { createRequire } from 'node:module'
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js'
import type { Box, Boxes, Line } from './boxes.ts'

// Imported as a module, its 1.6 MB would be read twice more, to find out what kind of file it is and what it exports.
const Elk = createRequire(import.meta.url)('elkjs/lib/elk.bundled.js') as typeof import('elkjs').default
const elk = new Elk()

/** The height of a line of text, in pixels. */
export const lineHeight = 16
/** The width of a letter of 12 pixels, in a font in which all are as wide. */
export const letter = 7.3

export interface PlacedBox extends Omit<Box, 'inside' | 'ports'> {
  x: number
  y: number
  width: number
  height: number
  inside: PlacedBox[]
  ports: Array<Box['ports'][number] & { x: number; y: number }>
}

export interface PlacedLine extends Line {
  points: Array<{ x: number; y: number }>
}

export interface Layout {
  title: string
  width: number
  height: number
  boxes: PlacedBox[]
  lines: PlacedLine[]
}

const textWidth = (lines: readonly string[]): number =>
  Math.max(...lines.map((line) => line.length), 3) * letter + 20

function nodeOf(box: Box): ElkNode {
  const header = box.lines.length * lineHeight
  const ports = box.ports.map(({ id, name }) => ({
    id,
    width: 8,
    height: 8,
    ...(name === '' ? {} : { labels: [{ text: name, width: name.length * 6.7, height: 13 }] }),
  }))
  return {
    id: box.id,
    ports,
    ...(box.inside.length > 0
      ? {
          children: box.inside.map(nodeOf),
          layoutOptions: { 'elk.padding': `[top=${header + 18},left=18,bottom=18,right=18]` },
        }
      : { width: textWidth(box.lines), height: header + 14 }),
    ...(box.inside.length === 0 && ports.length > 0
      ? {
          layoutOptions: {
            'elk.nodeSize.constraints': 'MINIMUM_SIZE PORTS PORT_LABELS',
            'elk.nodeSize.minimum': `(${textWidth(box.lines)},${header + 14})`,
            'elk.portConstraints': 'FREE',
            'elk.portLabels.placement': 'OUTSIDE NEXT_TO_PORT_IF_POSSIBLE',
            'elk.spacing.portPort': '26',
          },
        }
      : {}),
  }
}

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  // The same map in the same order stands at the same place when it is drawn again.
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.spacing.nodeNode': '22',
  'elk.layered.spacing.nodeNodeBetweenLayers': '56',
  'elk.layered.spacing.edgeNodeBetweenLayers': '20',
  'elk.padding': '[top=46,left=16,bottom=16,right=16]',
}

/** The boxes as ELK has placed them: positions inside a box count from its corner, here from the map's. */
function placed(boxes: readonly Box[], nodes: readonly ElkNode[], x: number, y: number): PlacedBox[] {
  return boxes.map((box) => {
    const node = nodes.find(({ id }) => id === box.id)
    const at = { x: x + (node?.x ?? 0), y: y + (node?.y ?? 0) }
    return {
      ...box,
      ...at,
      width: node?.width ?? 0,
      height: node?.height ?? 0,
      inside: placed(box.inside, node?.children ?? [], at.x, at.y),
      ports: box.ports.map((port) => {
        const found = node?.ports?.find(({ id }) => id === port.id)
        return { ...port, x: at.x + (found?.x ?? 0) + 4, y: at.y + (found?.y ?? 0) + 4 }
      }),
    }
  })
}

/** The corner that the points of a line count from: that of the box that holds both ends. */
function originOf(
  edge: ElkExtendedEdge & { container?: string },
  boxes: readonly PlacedBox[],
): { x: number; y: number } {
  const find = (all: readonly PlacedBox[]): PlacedBox | undefined => {
    for (const box of all) {
      if (box.id === edge.container) return box
      const inner = find(box.inside)
      if (inner) return inner
    }
    return undefined
  }
  return find(boxes) ?? { x: 0, y: 0 }
}

/** Lays a map out. */
export async function layout({ title, boxes, lines }: Boxes): Promise<Layout> {
  const graph: ElkNode = {
    id: 'map',
    layoutOptions: options,
    children: boxes.map(nodeOf),
    edges: lines.map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
  }
  const root: ElkNode = await elk.layout(graph)
  const all = placed(boxes, root.children ?? [], 0, 0)
  return {
    title,
    width: root.width ?? 0,
    height: root.height ?? 0,
    boxes: all,
    lines: lines.map((line) => {
      const edge = root.edges?.find(({ id }) => id === line.id)
      const { x, y } = edge ? originOf(edge, all) : { x: 0, y: 0 }
      const points = (edge?.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) => [
        startPoint,
        ...bendPoints,
        endPoint,
      ])
      return { ...line, points: points.map((point) => ({ x: x + point.x, y: y + point.y })) }
    }),
  }
}
