/** A proof as text. For programs it is a document as it is. */
import type { Difference } from '../prove/difference.ts'
import type { Proof } from '../prove/proof.ts'

const width = 80

/** Breaks a line between words, the further ones indented. A word that is longer stays whole. */
function wrapped(line: string, indent: string): string {
  const lines = ['']
  for (const word of line.split(' ')) {
    const last = lines.length - 1
    const longer = lines[last] === '' ? word : `${lines[last]} ${word}`
    if (longer.length <= width) lines[last] = longer
    else lines.push(`${indent}${word}`)
  }
  return lines.join('\n')
}

const row = (part: string, before: string, after: string, differences: string): string =>
  part.padEnd(12) + before.padStart(8) + after.padStart(8) + differences.padStart(13)

const table = ({ parts }: Proof): string[] => [
  row('', 'before', 'after', 'differences'),
  ...parts.map(({ part, before, after, differences, note }) => {
    const [old, now] = [before ?? '-', after ?? '-'].map(String) as [string, string]
    const compared = before === null || after === null ? '-' : String(differences)
    return [row(part, old, now, compared), note].filter(Boolean).join('  ')
  }),
]

const differenceText = ({ sign, part, line }: Difference): string =>
  wrapped(`${sign} ${part}: ${line}`, '    ')

/** What the lab itself has started cannot be of others. */
const ofLabs = ({ part, line }: Difference, labs: readonly string[]): boolean =>
  part === 'processes' && labs.some((lab) => line.startsWith(`${lab}: `))

const countText = ({ differences: { length }, unread }: Proof): string =>
  `${length} difference${length === 1 ? '' : 's'}${unread.length > 0 ? `, without ${unread.join(', ')}` : ''}`

/** The exit code of a proof: 1 when something differs, 2 when not all could be compared. */
export const proofCode = ({ differences, unread }: Proof): 0 | 1 | 2 =>
  differences.length > 0 ? 1 : unread.length > 0 ? 2 : 0

/**
 * The proof of labs that have ended, which are given as their processes are marked: each part of the machine, then
 * what differs, at most 80 columns.
 */
export function proofText(proof: Proof, labs: readonly string[]): string {
  const { differences } = proof
  const others = differences.filter((difference) => !ofLabs(difference, labs)).length
  return [
    ...table(proof),
    countText(proof),
    ...differences.map(differenceText),
    ...(others > 0
      ? [`Something else on this machine may have made ${differences.length === 1 ? 'it' : 'them'}.`]
      : []),
  ].join('\n')
}
