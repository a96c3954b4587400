/** What was measured, as a page of Markdown and a chart: pure text. */
import { cpus, release, totalmem } from 'node:os'

/** The median of what a case measured; NaN for what was not. */
export type Times = (name: string, part?: string) => number

interface Report {
  times: Times
  sizes: readonly number[]
  asked: readonly number[]
  rounds: number
  missing: readonly string[]
}

const ways = ['C and netlink', 'vethlab', 'ip -batch', 'plain ip', 'pyroute2', 'Mininet']

const seconds = (ms: number): string => (Number.isNaN(ms) ? '' : `${(ms / 1000).toFixed(2)} s`)
const times = (ratio: number): string => (Number.isNaN(ratio) ? '' : `${ratio.toFixed(2)} ×`)
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

const table = (head: readonly string[], rows: ReadonlyArray<readonly string[]>): string =>
  [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')

/** What a way needs for a part of a star: seconds, and how many times as long as `ip -batch`. */
const against = ({ times: of }: Report, part: string, n: number, way: string): string => {
  const ms = of(`star ${n}: ${way}`, part)
  return [seconds(ms), times(ms / of(`star ${n}: ip -batch`, part))].filter(Boolean).join(', ')
}

const stars = (report: Report, part: string): string =>
  table(
    [part, ...report.sizes.map((n) => `star of ${n}`)],
    ways
      .map((way) => [way, ...report.sizes.map((n) => against(report, part, n, way))])
      .filter(([, ...fields]) => fields.some(Boolean)),
  )

/** How long all pairs of a star take, and how many replied, without those that ask themselves. */
const pairs = ({ times: of }: Report, n: number, way: string): string => {
  const name = `star ${n}: ${way}`
  const time = seconds(of(name, 'pairs'))
  return time && `${time}, ${of(name, 'replied') - n} replies`
}

/** What must be reached: what is measured, the limit in words, and both. */
function limits({ times: of, asked }: Report): Array<[string, string, number, number]> {
  const batch = (n: number, part: string, factor: number): [string, string, number, number] => [
    `star of ${n} ${part}`,
    `${factor} × \`ip -batch\``,
    of(`star ${n}: vethlab`, part),
    factor * of(`star ${n}: ip -batch`, part),
  ]
  return [
    batch(100, 'up', 1.3),
    batch(300, 'up', 1.3),
    batch(100, 'down', 1.5),
    batch(300, 'down', 1.5),
    ...asked.map((n): [string, string, number, number] => [
      `all pairs of ${n}`,
      '1.5 × fping in each',
      of(`star ${n}: vethlab`, 'pairs'),
      1.5 * of(`star ${n}: ip -batch`, 'pairs'),
    ]),
    ['`vethlab --help`', '4 × `node -e 1`', of('vethlab --help'), 4 * of('node -e 1')],
    [
      '`namespaces` whole',
      '`node --import tsx` of nothing + 2 × plain sh',
      of('namespaces test'),
      of('tsx, an empty file') + 2 * of('namespaces, plain sh'),
    ],
    [
      '`net1` whole, engine boot included',
      '1.5 × plain sh on a running engine',
      of('net1 test'),
      1.5 * of('net1, plain sh'),
    ],
    ['memory of the tool, star of 300', '150 MB', of('star 300: vethlab', 'memory'), 150e6],
  ]
}

/** The page. */
export function page(report: Report): string {
  const { times: of, asked, rounds, missing, sizes } = report
  return `# How fast it is

Written by \`npm run bench\`: medians of ${rounds} rounds in which all take turns, on Linux ${release()} with ${cpus().length} cores
(${cpus()[0]?.model.trim()}), ${(totalmem() / 1e9).toFixed(0)} GB, Node.js ${process.version}. Ratios tell more than seconds.

![A star of 100 namespaces up](bench.svg)

## A star: namespaces at one bridge

Up and down from the first command to the last; each with how many times as long as \`ip -batch\` it takes. What the
kernel still removes afterwards is in none of them.

${stars(report, 'up')}

${stars(report, 'down')}

The whole process, from the start of the program to its end: for vethlab with Node.js, a virtual server and its
removal; for the others with a throw-away namespace.

${stars(report, 'whole')}

## All pairs

${table(
  ['', ...asked.map((n) => `of ${n}: ${n * n - n} pings`)],
  [
    ['vethlab', ...asked.map((n) => pairs(report, n, 'vethlab'))],
    ['an fping in each, side by side', ...asked.map((n) => pairs(report, n, 'ip -batch'))],
    ['Mininet pingall, up and down included', ...asked.map((n) => seconds(of(`star ${n}: Mininet`)))],
  ].filter(([, ...fields]) => fields.some(Boolean)),
)}

The ARP table of a machine is one for all its namespaces, and takes 1024 entries by default: what does not fit is
dropped, and an fping waits a second for it in vain. vethlab asks in rounds that fit.

## Start, engine, memory

${table(
  ['', ''],
  [
    ['`node -e 1`', seconds(of('node -e 1'))],
    ['`node --import tsx` of an empty file', seconds(of('tsx, an empty file'))],
    ['`vethlab --help`', seconds(of('vethlab --help'))],
    ['`namespaces` as plain sh', seconds(of('namespaces, plain sh'))],
    ['`namespaces test`', seconds(of('namespaces test'))],
    ['a virtual server with Docker Engine, until it answers', seconds(of('net1, plain sh', 'boot'))],
    ['`net1` as plain sh, engine running', seconds(of('net1, plain sh'))],
    ['`net1 test`, engine boot included', seconds(of('net1 test'))],
    ...sizes.map((n) => [
      `memory of the tool, star of ${n} (peak)`,
      megabytes(of(`star ${n}: vethlab`, 'memory')),
    ]),
    ['memory of a virtual server without engine', megabytes(of('star 10: vethlab', 'server'))],
    ['memory of a virtual server with Docker Engine', megabytes(of('net1, plain sh', 'server'))],
  ],
)}

## What must be reached

${table(
  ['what', 'limit', 'used', ''],
  limits(report)
    .filter(([, , is, most]) => !Number.isNaN(is / most))
    .map(([what, limit, is, most]) => [
      what,
      limit,
      `${((is / most) * 100).toFixed(0)} %`,
      is <= most ? 'ok' : 'over',
    ]),
)}
${missing.map((line) => `\n${line}.\n`).join('')}`
}

/** A star of 100 up, as bars: the shorter the better. */
export function chart(of: Times): string {
  const bars = ways
    .map((way) => ({ way, ms: of(`star 100: ${way}`, way === 'Mininet' ? 'whole' : 'up') }))
    .filter(({ ms }) => !Number.isNaN(ms))
    .sort((a, b) => a.ms - b.ms)
  const longest = Math.max(...bars.map(({ ms }) => ms))
  const rows = bars.map(({ way, ms }, index) => {
    const [y, width] = [34 + index * 26, (ms / longest) * 360]
    return `  <text x="110" y="${y + 14}" text-anchor="end">${way}</text>
  <rect x="120" y="${y}" width="${width.toFixed(1)}" height="18" rx="2" fill="${way === 'vethlab' ? '#2563eb' : '#94a3b8'}"/>
  <text x="${(126 + width).toFixed(1)}" y="${y + 14}">${seconds(ms)}</text>`
  })
  const height = 44 + bars.length * 26
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 ${height}" width="560" height="${height}" role="img" font-family="sans-serif" font-size="13" fill="#475569">
  <title>How long a star of 100 namespaces takes, by the way it is made</title>
  <rect width="560" height="${height}" fill="#ffffff"/>
  <text x="120" y="20" font-weight="bold">A star of 100 namespaces, up</text>
${rows.join('\n')}
</svg>
`
}
