/** The answers of a question: one that it has not is told. */
import { missing } from '../grammar/missing.ts'
import { listed } from '../grammar/nearest.ts'

/** What a question without its answer may be asked for, to find out that it is no check. */
const ofChecks: ReadonlySet<string> = new Set(['kind', 'argv', 'inquiry', 'to', 'place', 'check'])

/** The answers that a question may have: one that it has not is told, with the nearest. */
export function answers<T extends object>(question: string, all: T): T {
  const known = Object.keys(all)
  const prototype = missing(
    (name) => `${question}() has no answer ${name}: ${listed(name, known)}`,
    () => known,
    ofChecks,
  )
  return Object.setPrototypeOf(all, prototype)
}
