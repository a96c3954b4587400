/**
 * How a value is read that a script passes: without types it may be anything. Each reader returns what it read, or
 * refuses it by BadInput, with the value (shortened) and what it must be. The words of networking are in names.ts.
 */
import { BadInput } from '../errors.ts'
import { hasRef, onlyLater, splitRefs } from './ref.ts'

/** A value as an error shows it: never longer than a line, whatever it is. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    const shown = JSON.stringify(value.length > 60 ? `${value.slice(0, 40)}…` : value)
    return value.length > 60 ? `${shown} (${value.length} characters)` : shown
  }
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'bigint' ? `${value}n` : String(value)
}

/** Refuses a value by a rule: `"x" is not …`. */
export function must(ok: boolean, value: unknown, rule: string): asserts ok {
  if (ok) return
  if (typeof value === 'string' && value.includes(onlyLater))
    throw new BadInput('what lab.$ prints is known only in the running lab', {
      hint: 'For a step, a check or a printed script read it as a fact: await lab.read(place.sh`…`).',
    })
  throw new BadInput(`${show(value)} ${rule}`)
}

/** Reads a text; `what` names it in the error. */
export function text<T extends string>(value: T, what: string): T {
  must(typeof value === 'string', value, `is not ${what}: a text in quotes`)
  return value
}

/** What execve(2) takes for one argument (MAX_ARG_STRLEN in linux/binfmts.h), without the NUL at its end. */
const longest = 131_071

/** Reads one argument of a command line. No NUL, which no command line can hold; no half of a surrogate pair. */
export function word<T extends string>(value: T): T {
  must(typeof value === 'string', value, 'cannot be an argument: it must be a text in quotes')
  must(!value.includes('\0'), value, 'cannot be an argument: it holds a NUL')
  must(!/\p{Cs}/u.test(value), value, 'cannot be an argument: it holds half a character')
  must(
    !splitRefs(value).some((part) => /[\uE000-\uE002]/.test(part)),
    value,
    'cannot be an argument: it holds a character that vethlab uses itself',
  )
  must(Buffer.byteLength(value) <= longest, value, `is too long for an argument: ${longest} bytes`)
  return value
}

/** Reads an argument of one line, which is not empty; `what` names it in the error. */
export function oneLine<T extends string>(value: T, what: string): T {
  text(value, what)
  must(value !== '', value, `is not ${what}: it is empty`)
  must(!/[\p{Cc}\u2028\u2029]/u.test(value), value, `is not ${what}: one line, without control characters`)
  return word(value)
}

/** Reads an argument that no program takes for an option: one line that does not begin with `-`. */
export function operand<T extends string>(value: T, what: string): T {
  oneLine(value, what)
  must(!value.startsWith('-'), value, `is not ${what}: with "-" first it would be an option`)
  return value
}

/** Reads the path of a file. */
export function path<T extends string>(value: T): T {
  oneLine(value, 'the path of a file')
  must(!value.startsWith('-'), value, `would be read as an option: say ./${show(value).slice(1, 20)}`)
  return value
}

/**
 * Whether a name is known only once the lab runs, so that its rules wait. What stands around the ref must still be no
 * option, and no second word.
 */
export function comesLater(value: string): boolean {
  if (!hasRef(value)) return false
  word(value)
  must(!/^-|[\s\p{Cc}]/u.test(value), value, 'cannot be a name: it begins with "-", or has a blank')
  return true
}

/** Reads one of some words. */
export function oneOf<T extends string | boolean>(value: T, what: string, choices: readonly T[]): T {
  must(choices.includes(value), value, `is not ${what}: ${choices.join(', ')}`)
  return value
}

/** Reads a list, each element by `read`. */
export function list<T>(value: readonly T[], what: string, read: (element: T) => T): readonly T[] {
  must(Array.isArray(value), value, `is not ${what}: a list in [ ]`)
  return Array.from(value, read)
}

/** Reads a program and its arguments. */
export function program(argv: readonly string[]): readonly string[] {
  const [name, ...more] = argv
  if (name === undefined && argv.length === 0)
    throw new BadInput('there is no program: say its name, as in exec("ss", "-tln")')
  return [operand(name as string, 'a program'), ...more.map((argument) => word(argument))]
}

/** Reads a function. */
export function callback<T>(value: T, what: string): T {
  must(typeof value === 'function', value, `is not ${what}: a function`)
  return value
}

/** Reads an object of options. A key that nobody knows is refused: it would be dropped in silence. */
export function options<T extends object>(
  value: T | undefined,
  what: string,
  known: readonly (keyof T & string)[],
): T {
  const has = known.length === 0 ? `${what} has no options` : `${what} has ${known.join(', ')}`
  if (value === undefined) return {} as T
  must(
    typeof value === 'object' && value !== null && !Array.isArray(value),
    value,
    `cannot be options: ${has}, in { }`,
  )
  const strange = Object.keys(value).find((key) => !(known as readonly string[]).includes(key))
  if (strange !== undefined) throw new BadInput(`there is no option ${show(strange)}: ${has}`)
  return { ...value }
}

/** Reads an option that must be there. */
export function needed<T>(value: T | undefined, what: string, key: string): T {
  if (value === undefined) throw new BadInput(`${what} needs ${key}`)
  return value
}

/** Reads a filter for packets, as pcap-filter(7), into its words. */
export function filterWords(filter: string): string[] {
  const words = oneLine(filter, 'a filter for packets').split(/\s+/).filter(Boolean)
  const option = words.find((word) => /^-./.test(word))
  must(option === undefined, filter, `is not a filter for packets: ${option} would be an option of tcpdump`)
  return words
}
