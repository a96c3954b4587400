/**
 * A command is a frozen value: the words of one shell line, the place where it runs, and what takes it back.
 * Nothing runs when it is built. A lab runs it, prints it, or undoes it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { rememberCaller } from '../errors.ts'
import type { ApiCall } from './docker/api.ts'
import { word } from './values.ts'

/** Where a command runs, as data. The fluent places of place.ts carry the same three facts. */
export interface Place {
  readonly kind: 'server' | 'netns' | 'container' | 'lan'
  readonly name: string
  /** The server it is on; for a server and for a LAN its own name. */
  readonly server: string
  /** A shorter name, for the screen. */
  readonly label?: string
}

/** The words that take a command back. They run in the command's own place. */
export interface Undo {
  readonly argv: readonly string[]
  /**
   * For a setting: how to read the value that was there before. `OLD` in argv stands for it. `found` are the words to
   * use instead when there was one, where having none is told by other words.
   */
  readonly read?: {
    readonly argv: readonly string[]
    readonly filter?: string
    readonly found?: readonly string[]
  }
}

/** Stands for the value that was there before, in the words of an undo. */
export const OLD = '\uE002'

/** What more is known of a command, beside its words. All of it is optional. */
export interface CommandFacts {
  readonly undo?: Undo
  /** The same command as a call of the Docker Engine API. */
  readonly api?: ApiCall
  /** The namespace or the links that it makes. Deleting those undoes all that was done to them. */
  readonly makes?: { readonly netns: string } | { readonly links: readonly string[] }
  /** The link that it moves, or makes elsewhere, and the namespace where that is then. */
  readonly moves?: { readonly link: string; readonly netns: string }
  /** The end of a cable that it puts into a server, from outside. */
  readonly plugs?: { readonly server: string; readonly link: string }
  /** The TCP port that it listens on. */
  readonly listens?: number
  /** The link that it configures. */
  readonly about?: string
  /** It goes on running beside those that follow. */
  readonly background?: true
  /** It only looks: its output is what it is for. */
  readonly shows?: true
  /** The interface that it builds on, which must be there and up: Docker itself would not say so. */
  readonly parent?: string
  /** On a real server this is there already: a printed script leaves it out. */
  readonly given?: true
  /** It asks of the engine, though it does not start with `docker`. */
  readonly engine?: true
  /** The same as the scenario has it, and as it is shown: this one bears the mark of its lab. */
  readonly written?: Command
  /** The link that it marks as made by its lab; it is not shown. */
  readonly marks?: string
  /** The capture file that it writes. */
  readonly pcap?: string
  /** The file that it reads, to be checked before anything runs. */
  readonly file?: string
}

export interface Command extends CommandFacts {
  readonly place: Place
  /** The words as typed in the place itself: `['ip', 'link', 'set', …]`, without `ip -n` or `docker exec`. */
  readonly argv: readonly string[]
}

/** A command whose trimmed output is a fact: `await lab.read(…)` returns it. */
export interface Read<T extends string = string> extends Command {
  /** The name of the shell variable in a printed script. */
  readonly variable: string
  /** Checks the fact once it is known, and returns it. */
  check(value: T): T
}

/** Commands that no lab has yet, with the line that built each. */
type Built = Map<Command, () => string | undefined>

/** Of each watch its own: two that go on side by side share no command. */
const watching = new AsyncLocalStorage<Built>()

/** Builds a command. `from` is the command that it grew out of by one more clause. */
export function command(
  place: Place,
  argv: readonly string[],
  facts: CommandFacts = {},
  from?: Command,
): Command {
  const { kind, name, server } = place
  const value = Object.freeze({
    place: Object.freeze({ kind, name, server }),
    argv: Object.freeze(argv.map(word)),
    ...facts,
  })
  if (from) used(from)
  watching.getStore()?.set(value, rememberCaller())
  return value
}

/** Adds clauses (methods that return new commands) to a command. */
export function withClauses<C extends object>(base: Command, clauses: (self: Command) => C): Command & C {
  const self = { ...base }
  const value = Object.freeze(Object.assign(self, clauses(self))) as Command & C
  const built = watching.getStore()
  if (built?.has(base)) {
    built.set(value, built.get(base) ?? rememberCaller())
    built.delete(base)
  }
  return value
}

/** The same command with the methods of a prototype, which are made once for all commands of a kind. */
export function withPrototype<C extends object>(base: Command, prototype: C): Command & C {
  const value = Object.freeze(Object.assign(Object.create(prototype), base)) as Command & C
  const built = watching.getStore()
  if (built?.has(base)) {
    built.set(value, built.get(base) ?? rememberCaller())
    built.delete(base)
  }
  return value
}

/** Notes that a command was given to a lab, or grew into another one. */
export const used = (value: Command): void => void watching.getStore()?.delete(value)

/**
 * Does the work, and tells which commands it has built and never given to a lab, with the line that built each: a
 * mistake that is easy to make.
 */
export async function forgottenIn(
  work: () => Promise<void>,
): Promise<Array<{ command: Command; where: () => string | undefined }>> {
  const built: Built = new Map()
  await watching.run(built, work)
  return [...built].map(([command, where]) => ({ command, where }))
}
