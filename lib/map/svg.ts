/** A map that was laid out, as an SVG picture: readable on white and on dark, its text selectable. */
import { type Layout, lineHeight, type PlacedBox, type PlacedLine } from './layout.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text inside of SVG: names come from the lab, and one may look like a tag. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char] ?? char)

const round = (n: number): string => String(Math.round(n * 10) / 10)

/** Colours that a colour-blind person can tell apart (Okabe and Ito), and that are never the only sign. */
export const style = `
svg { --paper: #fff; --ink: #1b1f24; --soft: #59636e; --server: #f6f8fa; --netns: #fff4d6; --container: #ddf1ff;
  --bridge: #dcf3ea; --lan: #f3e6f5; --line: #3d4650; --bad: #c2330d; }
@media (prefers-color-scheme: dark) { svg { --paper: #0d1117; --ink: #e6edf3; --soft: #9da7b3; --server: #161b22;
  --netns: #3a2f10; --container: #10304a; --bridge: #0f3a2c; --lan: #382142; --line: #b6c0ca; --bad: #ff7b54; } }
text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, monospace; fill: var(--ink); white-space: pre; }
.name { font-weight: bold; } .soft, .port { fill: var(--soft); } .port { font-size: 11px; } .title { font-size: 14px; font-weight: bold; }
rect { stroke: var(--line); rx: 5px; } .paper { fill: var(--paper); stroke: none; rx: 0; }
.server { fill: var(--server); } .netns { fill: var(--netns); } .container { fill: var(--container); } .bridge { fill: var(--bridge); }
.lan { fill: var(--lan); } .interface { fill: var(--paper); }
.line { fill: none; stroke: var(--line); stroke-width: 2; } .child { stroke-dasharray: 2 3; }
circle { fill: var(--paper); stroke: var(--line); stroke-width: 1.5; }
.cut { fill: none; stroke: var(--bad); stroke-width: 3; }
.down { stroke: var(--bad); stroke-dasharray: 6 4; } text.down { fill: var(--bad); stroke: none; }`

const kindWords: Readonly<Record<PlacedBox['kind'], string>> = {
  server: 'server',
  netns: 'namespace',
  container: 'container',
  lan: '',
  bridge: '',
  interface: '',
}

function boxText(box: PlacedBox): string[] {
  const mark = box.down ? ' down' : ''
  const texts = box.lines.map((line, i) => {
    const kind = i === 0 && kindWords[box.kind] ? `<title>${kindWords[box.kind]}</title>` : ''
    const classes = `${i === 0 ? 'name' : 'soft'}${/ {2}down$/.test(line) || (box.down && i === 0) ? ' down' : ''}`
    return `<text class="${classes}" x="${round(box.x + 10)}" y="${round(box.y + 18 + i * lineHeight)}">${escaped(line)}${kind}</text>`
  })
  const ports = box.ports.flatMap(({ id, name, down, x, y }) => [
    `<circle class="${down ? 'down' : ''}" data-interface="${escaped(id)}" cx="${round(x)}" cy="${round(y)}" r="4"/>`,
    ...(name === '' ? [] : [portName(box, name, x, y)]),
  ])
  return [
    `<g data-place="${escaped(box.id.replace(/^box /, ''))}">`,
    `<rect class="${box.kind}${mark}" x="${round(box.x)}" y="${round(box.y)}" width="${round(box.width)}" height="${round(box.height)}"/>`,
    ...texts,
    ...box.inside.flatMap(boxText),
    ...ports,
    '</g>',
  ]
}

/** The name of a port stands outside of its box, above its cable. */
function portName(box: PlacedBox, name: string, x: number, y: number): string {
  const right = x > box.x + box.width / 2
  return `<text class="port" x="${round(right ? x + 7 : x - 7)}" y="${round(y - 5)}" text-anchor="${right ? 'start' : 'end'}">${escaped(name)}</text>`
}

/** A cross in the middle of a cable that is down: who does not see red sees that. */
function cut(points: PlacedLine['points']): string[] {
  const pieces = points.slice(1).map((to, i) => {
    const from = points[i] ?? to
    return {
      x: (from.x + to.x) / 2,
      y: (from.y + to.y) / 2,
      length: Math.hypot(to.x - from.x, to.y - from.y),
    }
  })
  const [longest] = pieces.sort((one, other) => other.length - one.length)
  if (!longest) return []
  return [`<path class="cut" d="M${round(longest.x - 6)},${round(longest.y - 6)} l12,12 m0,-12 l-12,12"/>`]
}

const lineText = ({ id, kind, down, points }: PlacedLine): string[] => [
  `<polyline class="line${kind === 'child' ? ' child' : ''}${down ? ' down' : ''}" data-cable="${escaped(id)}" points="${points
    .map(({ x, y }) => `${round(x)},${round(y)}`)
    .join(' ')}"/>`,
  ...(down ? cut(points) : []),
]

/** The picture. */
export function svg({ title, width, height, boxes, lines }: Layout): string {
  const wide = Math.max(width, title.length * 8.6 + 32)
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(wide)} ${round(height)}" width="${round(wide)}" height="${round(height)}" role="img" aria-label="${escaped(`Map of the lab ${title}`)}">`,
    `<style>${style}\n</style>`,
    `<rect class="paper" width="${round(wide)}" height="${round(height)}"/>`,
    `<text class="title" x="16" y="28">${escaped(title)}</text>`,
    ...boxes.flatMap(boxText),
    ...lines.flatMap(lineText),
    '</svg>',
  ].join('\n')}\n`
}
