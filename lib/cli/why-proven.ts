/** `why --prove` on the command line: asks before this machine is changed, and tells what was proven. */
import colors from 'picocolors'
import { Unable } from '../errors.ts'
import { agreed } from '../on-host/agreed.ts'
import type { LabRecord } from '../server/state.ts'
import { putBackLeft } from '../trial/left-behind.ts'
import { type Proof, type Proven, proveWhy } from '../trial/trial.ts'
import type { Question } from '../why/why.ts'
import { say } from './output.ts'

/** What is asked before anything is changed on this machine itself. */
export async function mustAgree(
  lab: LabRecord,
  what: string,
  { yes, json }: { yes: boolean; json: boolean },
) {
  if (!lab.servers.some(({ host }) => host) || yes) return
  if (json)
    throw new Unable(`${what} asks before it changes this machine`, { hint: '--yes does it without asking.' })
  await agreed(`${what} changes this machine itself: each cause is taken away for a moment, and put back.`, {
    yes,
    tell: (event) => event.kind === 'notice' && say(`${event.text}\n`),
  })
}

/** Tells what a trial left that was ended in the middle, when that is put back. */
export async function sweepTrial(lab: LabRecord): Promise<void> {
  const said = await putBackLeft(lab)
  if (said !== undefined) process.stderr.write(`${colors.yellow('warning')}: ${said}\n`)
}

/** Asks, and proves the answer. */
export async function proven(
  lab: LabRecord,
  question: Question,
  { pcap, yes, json }: { pcap: string | undefined; yes: boolean; json: boolean },
): Promise<Proven> {
  await mustAgree(lab, 'why --prove', { yes, json })
  return proveWhy(lab, question, { pcap })
}

const signs: Readonly<Record<Proof, string>> = { proven: '✓', refuted: '✗', 'not provable': '?' }
const paints = { proven: colors.green, refuted: colors.red, 'not provable': colors.yellow } as const

/** What came of it, a line for each cause. */
export function provenText({ proof, reason, causes, arrives, changed, left = [] }: Proven): string {
  const head = paints[proof](`${signs[proof]} ${proof}: ${reason}`)
  const lines = causes.map(({ verdict: { place, says, undo }, ...one }, i) => {
    const more = undo ? `\n       ${colors.dim(undo)}` : ''
    return `  ${i + 1}. ${paints[one.proof](one.proof)}: ${place}: ${says}${more}\n       ${colors.dim(one.reason)}`
  })
  const count = causes.length === 1 ? 'one cause' : `${causes.length} causes, in order`
  return [
    '',
    head,
    ...(causes.length > 1 ? [`${count}${arrives ? '; without them it arrives' : ''}:`, ...lines] : []),
    ...(changed ? [colors.yellow('Nothing is proven in a lab that changes.')] : []),
    left.length > 0
      ? colors.red(`This could not be put back: ${left.join('; ')}`)
      : causes.length > 0
        ? colors.dim('All is put back as it was.')
        : '',
    '',
  ].join('\n')
}
