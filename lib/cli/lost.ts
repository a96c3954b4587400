/** What is said of a lab that is left out, since nobody knows what it is. */
import { explain } from '../errors.ts'
import { moreOf } from '../lab/hint-pages.ts'
import type { Lost } from '../server/labs.ts'

/** Tells of it, and what to do about it, beside the output. */
export const warn = ({ error }: Lost): void =>
  void process.stderr.write(`warning: ${explain(error, moreOf)}\n`)
