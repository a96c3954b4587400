/** The lines of `lab.$` in a scenario: what they give before it runs, and how one that fails is told. */
import { Readable } from 'node:stream'
import { BadInput, rememberCaller, VethlabError } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { onlyLater } from '../language/ref.ts'
import type { PlaceShell } from '../server/zx.ts'

/** What a line of a scenario's shell is, as it stands in the script. */
export const shownLine = (place: Place, pieces: readonly string[], values: readonly unknown[]): string =>
  `lab.$(${place.name})\`${pieces.map((piece, i) => piece + (i < values.length ? String(values[i]) : '')).join('')}\``

/** What such a line gives: a promise of an output that is not known, with all that zx's has. */
function nothing(): object {
  const output = {
    stdout: onlyLater,
    stderr: '',
    stdall: onlyLater,
    exitCode: 0,
    signal: null,
    ok: true,
    duration: 0,
    lines: () => [onlyLater],
    text: () => onlyLater,
    json: () => ({}),
    valueOf: () => onlyLater,
    toString: () => onlyLater,
  }
  const known: Record<PropertyKey, unknown> = {
    // biome-ignore lint/suspicious/noThenProperty: it is a promise
    then: (done: (value: unknown) => unknown) => Promise.resolve(output).then(done),
    catch: () => Promise.resolve(output),
    finally: (last: () => void) => Promise.resolve(output).finally(last),
    exitCode: Promise.resolve(0),
    lines: async () => [onlyLater],
    text: async () => onlyLater,
    json: async () => ({}),
    stdout: Readable.from([]),
    stderr: Readable.from([]),
    async *[Symbol.asyncIterator]() {},
  }
  const self: object = new Proxy(known, {
    get: (_, name) => (name in known ? known[name] : () => self),
  })
  return self
}

/** The `$` of a place; `note` is told each line. */
export function noShell(place: Place, note: (line: string) => void): PlaceShell {
  const shell = (first: unknown, ...values: unknown[]): unknown => {
    if (!Array.isArray(first)) return shell
    note(shownLine(place, first as string[], values))
    return nothing()
  }
  return shell as PlaceShell
}

/** What went wrong while a scenario was planned whose lines gave nothing. */
export function orNothing(error: unknown): unknown {
  if (!(error instanceof TypeError || error instanceof SyntaxError)) return error
  return new BadInput(error.message, {
    where: undefined,
    hint: 'Before the lab runs lab.$ gives nothing. Put what reads its output into if (lab.live) { … }, or use lab.read(place.sh`…`).',
  })
}

/** A line that was begun, and where it stands. */
export interface NotedLine {
  text: string
  where: () => string | undefined
}

/** The same `$`, which tells each line that it begins. */
export function noting(place: Place, inner: PlaceShell, note: (line: NotedLine) => void): PlaceShell {
  const shell = (first: unknown, ...values: unknown[]): unknown => {
    if (!Array.isArray(first)) return noting(place, inner(first as object), note)
    const where = rememberCaller()
    note({ text: shownLine(place, first as string[], values), where })
    return inner(first as unknown as TemplateStringsArray, ...values)
  }
  return shell as PlaceShell
}

/** What zx throws when a line fails: with the line, where it stands, and what was said. */
export function fromShell(error: unknown, line: NotedLine | undefined): unknown {
  if (!(error instanceof Error && 'stdall' in error && 'exitCode' in error)) return error
  const { stderr, exitCode } = error as unknown as { stderr: string; exitCode: number | null }
  return new VethlabError(stderr.trim() || `exit code ${exitCode}`, {
    where: line?.where(),
    ...(line ? { command: line.text } : {}),
    hint: `It ended with ${exitCode}, which ends the scenario; .nothrow() behind it takes that as an answer.`,
  })
}
