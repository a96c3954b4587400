/** Errors as a test's report shows them. */
import { explain, VethlabError } from '../errors.ts'
import { moreOf } from '../lab/hint-pages.ts'

/** An error with all its parts in its message: a test's report shows nothing else. */
export function inFull(error: unknown): unknown {
  if (!(error instanceof VethlabError) || error.told || process.env.DEBUG) return error
  const text = explain(error, moreOf)
  if (error.stack?.startsWith(`${error.name}: ${error.message}`))
    error.stack = error.stack.replace(error.message, () => text)
  error.message = text
  error.told = true
  return error
}
