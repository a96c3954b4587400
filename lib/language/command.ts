/**
 * A command is a frozen value: the words of one shell line, the place where it runs, and what takes it back.
 * Nothing runs when it is built. A lab runs it, prints it, or undoes it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { rememberCaller } from '../errors.ts'
import type { DaemonOptions } from './daemon.ts'
import type { ApiCall } from './docker/api.ts'
import type { Effect, Need } from './effects.ts'
import { word } from './values.ts'

/** Where a command runs, as data. The fluent places of place.ts carry the same three facts. */
export interface Place {
  readonly kind: 'server' | 'netns' | 'container' | 'lan'
  readonly name: string
  /** The server it is on; for a server and for a LAN its own name. */
  readonly server: string
  /** A shorter name, for the screen. */
  readonly label?: string
  /** Options of the server's Docker daemon. */
  readonly daemon?: DaemonOptions
}

/**
 * The words that take a command back. They run in the command's own place. `OLD` in them stands for the value that was
 * there before, which the command's effect tells how to read. `found` are the words to use instead when there was one,
 * where having none is told by other words.
 */
export interface Undo {
  readonly argv: readonly string[]
  readonly found?: readonly string[]
}

/** Stands for the value that was there before, in the words of an undo. */
export const OLD = '\uE002'

/** What more is known of a command, beside its words. All of it is optional. */
export interface CommandFacts {
  readonly undo?: Undo
  /** The same command as a call of the Docker Engine API. */
  readonly api?: ApiCall
  /** What must be there, beside its program. */
  readonly needs?: readonly Need[]
  /** It goes on running beside those that follow. */
  readonly background?: true
  /** Its output is what it is for. */
  readonly shows?: true
  /** On a real server this is there already: a printed script leaves it out. */
  readonly given?: true
  /** The same as the scenario wrote it; this copy bears the mark of its lab. */
  readonly shownAs?: Command
}

export interface Command extends CommandFacts {
  readonly place: Place
  /** The words as typed in the place itself: `['ip', 'link', 'set', …]`, without `ip -n` or `docker exec`. */
  readonly argv: readonly string[]
  readonly does: readonly Effect[]
}

/** As much of a command as it takes to run it. */
export type Line = Pick<Command, 'place' | 'argv' | 'api' | 'background' | 'needs'>

/** A command whose trimmed output is a fact: `await lab.read(…)` returns it. */
export interface Read<T extends string = string> extends Command {
  /** The name of the shell variable in a printed script. */
  readonly variable: string
  /** Checks the fact once it is known, and returns it. */
  check(value: T): T
}

/** One question of a script, whatever answers it may have: of its checks one is given to a lab. */
export interface Inquiry {
  /** `ping 10.0.0.1`, as an error tells it. */
  readonly text: string
}

/** Commands and questions that no lab has yet, with the line that built each. */
type Built = Map<Command | Inquiry, () => string | undefined>

/** Of each watch its own: two that go on side by side share no command. `off`: what is built there is the library's own. */
const watching = new AsyncLocalStorage<Built | 'off'>()

/** What is built outside of all such watches while a lab is open, and how many labs are. */
let common: Built | undefined
let open = 0

/** Where it is noted what is built here and now. */
const noted = (): Built | undefined => {
  const own = watching.getStore()
  return own === 'off' ? undefined : (own ?? common)
}

/** Builds a command. `from` is the command that it grew out of by one more clause. */
export function command(
  place: Place,
  argv: readonly string[],
  does: readonly Effect[],
  facts: CommandFacts = {},
  from?: Command,
): Command {
  const { kind, name, server, daemon } = place
  const value = Object.freeze({
    place: Object.freeze({ kind, name, server, ...(daemon && { daemon }) }),
    argv: Object.freeze(argv.map(word)),
    does: Object.freeze(does),
    ...facts,
  })
  if (from) used(from)
  noted()?.set(value, rememberCaller())
  return value
}

/** Adds clauses (methods that return new commands) to a command. */
export function withClauses<C extends object>(base: Command, clauses: (self: Command) => C): Command & C {
  const self = { ...base }
  const value = Object.freeze(Object.assign(self, clauses(self))) as Command & C
  const built = noted()
  if (built?.has(base)) {
    built.set(value, built.get(base) ?? rememberCaller())
    built.delete(base)
  }
  return value
}

/** The same command with the methods of a prototype, which are made once for all commands of a kind. */
export function withPrototype<C extends object>(base: Command, prototype: C): Command & C {
  const value = Object.freeze(Object.assign(Object.create(prototype), base)) as Command & C
  const built = noted()
  if (built?.has(base)) {
    built.set(value, built.get(base) ?? rememberCaller())
    built.delete(base)
  }
  return value
}

/** Begins a question. */
export function inquiry(text: string): Inquiry {
  const value = Object.freeze({ text })
  noted()?.set(value, rememberCaller())
  return value
}

/** Notes that a command or a question was given to a lab, or grew into another one. */
export const used = (value: Command | Inquiry): void => void noted()?.delete(value)

/** Does work in which what is built is the library's own. */
export const unwatched = <T>(work: () => T): T => watching.run('off', work)

/** Something that was built, and the line that did. */
export interface Stray<T> {
  readonly value: T
  readonly where: () => string | undefined
}

/**
 * Does the work, and tells which commands and questions it has built and never given to a lab, with the line that built
 * each: a mistake that is easy to make.
 */
export async function forgottenIn(work: () => Promise<void>): Promise<Array<Stray<Command | Inquiry>>> {
  const built: Built = new Map()
  await watching.run(built, work)
  return strays(built)
}

const strays = (built: Built): Array<Stray<Command | Inquiry>> =>
  [...built].map(([value, where]) => ({ value, where }))

/** The same from now on, until the function that it returns is called; of several at once the last one is told. */
export function forgottenFromNow(): () => Array<Stray<Command | Inquiry>> {
  common ??= new Map()
  open++
  let over = false
  return () => {
    if (over) return []
    over = true
    if (--open > 0) return []
    const built = common ?? new Map()
    common = undefined
    return strays(built)
  }
}
