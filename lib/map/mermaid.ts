/** A map in the words of Mermaid, which GitHub and GitLab draw where they show Markdown. */
import type { Box, Boxes } from './boxes.ts'

/** Text in quotes; Mermaid knows characters by number: `#quot;`. */
const quoted = (lines: readonly string[]): string =>
  `"${lines.map((line) => line.trim().replace(/[#"<>&]/g, (char) => `#${char.charCodeAt(0)};`)).join('<br/>')}"`

/** The flowchart of a map. Source: mermaid.js.org/syntax/flowchart.html */
export function mermaid({ boxes, lines }: Boxes): string {
  const ids = new Map<string, string>()
  const idOf = (id: string): string => {
    const known = ids.get(id) ?? `n${ids.size + 1}`
    ids.set(id, known)
    return known
  }
  const ends = new Map<string, string>()
  const down: string[] = []
  const draw = (box: Box, indent: string): string[] => {
    for (const port of box.ports) ends.set(port.id, box.id)
    if (box.down) down.push(idOf(box.id))
    if (box.inside.length === 0) return [`${indent}${idOf(box.id)}[${quoted(box.lines)}]`]
    return [
      `${indent}subgraph ${idOf(box.id)}[${quoted(box.lines)}]`,
      ...box.inside.flatMap((inner) => draw(inner, `${indent}  `)),
      `${indent}end`,
    ]
  }
  const nodes = boxes.flatMap((box) => draw(box, '  '))
  const links = lines.flatMap(({ from, to, kind, down: isDown }) => {
    const [a, b] = [ends.get(from), ends.get(to)]
    if (a === undefined || b === undefined) return []
    const arrow = isDown ? '-. down .-' : kind === 'child' ? '-.-' : '---'
    return [`  ${idOf(a)} ${arrow} ${idOf(b)}`]
  })
  const style =
    down.length > 0
      ? ['  classDef down stroke:#c2330d,stroke-dasharray:6 4', `  class ${down.join(',')} down`]
      : []
  return `${['flowchart LR', ...nodes, ...links, ...style].join('\n')}\n`
}
