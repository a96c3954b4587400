/** `why --all` on the command line: who reaches whom, as a table, and what the dark pairs die of. */
import colors from 'picocolors'
import type { LabRecord } from '../server/state.ts'
import { type AllReport, whyAll } from '../trial/all.ts'
import { say } from './output.ts'

/** From so many places on the columns have no names. */
const many = 12

/** Groups are called by letters, as they stand in the table. */
export const letter = (group: number): string =>
  group < 26 ? String.fromCharCode(97 + group) : group < 52 ? String.fromCharCode(65 + group - 26) : '*'

function table({ places, pairs }: AllReport): string[] {
  const cells = new Map(pairs.map((pair) => [`${pair.from}\n${pair.to}`, pair]))
  const widest = Math.max(...places.map((place) => place.length), 4) + 2
  const dense = places.length > many || widest * (places.length + 1) > 100
  const width = dense ? 2 : widest
  const sign = (from: string, to: string): string => {
    const pair = cells.get(`${from}\n${to}`)
    if (!pair) return colors.dim('-'.padEnd(width))
    return pair.group === undefined
      ? colors.green('✓'.padEnd(width))
      : colors.red(letter(pair.group).padEnd(width))
  }
  const head = dense
    ? []
    : [`  ${' '.repeat(widest)}${places.map((place) => place.padEnd(width)).join('')}`.trimEnd()]
  return [
    ...head,
    ...places.map((from) =>
      `  ${from.padEnd(widest)}${places.map((to) => sign(from, to)).join('')}`.trimEnd(),
    ),
    colors.dim(`  from the left ${dense ? 'in the same order from left to right' : 'to the top'}`),
  ]
}

/** The report as text. */
export function allText(report: AllReport): string {
  const { lab, pairs, groups, delivered, ms } = report
  const dark = pairs.length - delivered
  return [
    `${colors.bold(`who reaches whom in ${lab}`)}  ${delivered} of ${pairs.length} pairs`,
    '',
    ...table(report),
    '',
    ...(dark === 0 ? [colors.green('All reach each other.')] : []),
    ...groups.flatMap(({ says, count, see, undo }, i) => [
      `${colors.red(letter(i))}  ${count} of ${dark} dark pairs ${count === 1 ? 'dies' : 'die'} by ${says}`,
      ...(see ? [colors.dim(`     see it    ${see}`)] : []),
      ...(undo ? [colors.dim(`     undo it   ${undo}`)] : []),
    ]),
    colors.dim(`${(ms / 1000).toFixed(2)} s`),
    '',
  ].join('\n')
}

/** Asks all pairs, and tells. Exit code 0: all are delivered, 1: not. */
export async function whyAllVerb(lab: LabRecord, json: boolean): Promise<number> {
  const report = await whyAll(lab)
  say(json ? `${JSON.stringify(report, null, 2)}\n` : allText(report))
  return report.delivered === report.pairs.length ? 0 : 1
}
