/** Reads the words behind a subcommand by its form. */
import type { Clauses } from '../grammar/clause.ts'
import type { Form } from '../grammar/form.ts'
import { optionsOf } from '../grammar/options.ts'
import { readClauses } from '../grammar/read.ts'
import type { Call } from './typed.ts'

/** How a subject that is read is called among the clauses. */
const subjectKey = (index: number): string => `\0${index}`

/** The calls for the words behind `ip addr add`; `tool` are the options before the object. Undefined: not a typed line. */
export function readForm(
  form: Form,
  words: readonly string[],
  tool: readonly string[] = [],
): Call[] | undefined {
  const { subject = [], optional = subject.length, clauses } = form
  const subjects: Clauses = Object.fromEntries(subject.map((clause, index) => [subjectKey(index), clause]))
  const all: Clauses = { ...subjects, ...clauses, ...form.alsoRead }
  const read = readClauses(all, [...tool, ...words], true)
  if (!read) return undefined
  const calls = form.tidy ? form.tidy(read) : read
  if (!calls) return undefined
  const given = subject.map((_, index) => calls.find(({ name }) => name === subjectKey(index))?.args[0])
  if (given.slice(0, optional).includes(undefined)) return undefined
  while (given.length > 0 && given.at(-1) === undefined) given.pop()
  const rest = calls.filter(({ name }) => !name.startsWith('\0'))
  const path = (form.method ?? form.words.join('.')).split('.')
  const head = path.map((name, index): Call => (index === path.length - 1 ? { name, args: given } : { name }))
  const last = head.at(-1) as Call
  if (form.takes === 'options') {
    const options = optionsOf(clauses, rest)
    if (!options) return undefined
    const args = Object.keys(options).length === 0 ? given : [...given, options]
    return [...head.slice(0, -1), { ...last, args }]
  }
  return [...head, ...rest.map(({ name, args }) => ({ name, args }))]
}
