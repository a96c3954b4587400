/** Lines of the tool itself, and not of one scenario, as they are typed here. */
import { quote } from '../language/shell.ts'
import { makeIsHere, startLine, tool } from './hints.ts'

/** The line of a verb that is for no scenario: `make learn ARGS=check`, or, elsewhere, of the tool. */
export const toolLine = (verb: string, ...words: readonly string[]): string =>
  makeIsHere()
    ? `make ${verb}${words.length > 0 ? ` ARGS=${quote(words.join(' '))}` : ''}`
    : `${startLine(tool)} ${[verb, ...words].join(' ')}`

/** The line that tries something in a lab: `make try-net1 ARGS=back`, or, elsewhere, of the tool. */
export const tryLine = (lab: string, ...words: readonly string[]): string =>
  makeIsHere() ? toolLine(`try-${lab}`, ...words) : toolLine('try', lab, ...words)
