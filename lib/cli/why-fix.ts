/** `why --fix` on the command line: what was changed, what takes it back, and whom else it lets through. */
import colors from 'picocolors'
import type { LabRecord } from '../server/state.ts'
import { fixWhy, type Mended } from '../trial/mending.ts'
import type { Question } from '../why/why.ts'
import { say } from './output.ts'
import { mustAgree } from './why-proven.ts'

const pairs = (all: ReadonlyArray<readonly [string, string]>): string =>
  all.map(([from, to]) => `${from} → ${to}`).join(', ')

function fixText({
  question: { from, to },
  arrives,
  commands,
  opened,
  closed,
  reason,
  causes,
}: Mended): string {
  const named = causes.map(({ verdict: { place, says } }, i) => `  ${i + 1}. ${place}: ${says}`)
  if (commands.length === 0)
    return [
      ...named,
      arrives ? colors.green(`✓ ${reason}`) : colors.yellow(`? ${from} → ${to} is not mended: ${reason}`),
      ...(arrives ? [] : [colors.dim('The lab is as it was.')]),
      '',
    ].join('\n')
  return [
    colors.green(`✓ ${from} → ${to} arrives now`),
    ...named,
    ...commands.flatMap(({ server, line, undo }) => [
      `  on ${server}  ${line}`,
      ...(undo ? [colors.dim(`    undo it   ${undo}`)] : []),
    ]),
    opened.length === 0
      ? colors.dim('No other pair is opened by that.')
      : colors.yellow(`Opened besides, ${opened.length}: ${pairs(opened)}`),
    ...(closed.length > 0 ? [colors.yellow(`Closed by that, ${closed.length}: ${pairs(closed)}`)] : []),
    '',
  ].join('\n')
}

/** Mends, and tells. Exit code 0: it arrives now, 1: not. */
export async function whyFixVerb(
  lab: LabRecord,
  question: Question,
  { yes, json }: { yes: boolean; json: boolean },
): Promise<number> {
  await mustAgree(lab, 'why --fix', { yes, json })
  const report = await fixWhy(lab, question)
  say(json ? `${JSON.stringify(report, null, 2)}\n` : fixText(report))
  return report.arrives ? 0 : 1
}
