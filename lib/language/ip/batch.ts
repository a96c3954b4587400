/** Lines in a file, which ip(8), bridge(8) and tc(8) read one after the other: `-batch`, as tables. */
import { before, flag, streamed, word } from '../grammar/clause.ts'
import { form } from '../grammar/form.ts'
import { pattern } from '../grammar/kinds.ts'

const file = pattern('a file', /^[^\s-]\S*$/, '/srv/lab.batch')
const batch = <const P extends string>(program: P) =>
  form({
    words: [program],
    method: `${program}.batch`,
    subject: [streamed(word(['-batch', '-b', '-ba', '-bat', '-batc'], file), '<')],
    clauses: {
      /** Goes on behind a line that fails: `-force` */
      force: before(flag('-force')),
    },
    takes: 'options',
    // Its lines may look, too.
    facts: () => ({ shows: true }),
    does: () => [{ does: 'unknown' }],
  })

/** Of each program. */
export const batchForms = { ip: batch('ip'), bridge: batch('bridge'), tc: batch('tc') } as const
