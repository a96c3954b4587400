/** What the subcommands of docker have in common. */
import { type Clause, many, restOf, word } from '../grammar/clause.ts'
import type { Form, Line } from '../grammar/form.ts'
import { type Kind, pattern, text, textKind, whole } from '../grammar/kinds.ts'
import { dockerName, imageName } from '../names.ts'

/** A part of many forms. */
export const name: Kind<string> = textKind('a Docker name', ['a1'], dockerName)
/** A part of many forms. */
export const image: Kind<string> = textKind('an image', ['alpine'], imageName)
/** A part of many forms. */
export const names: Clause<string[]> = severalOf(name)
/** A part of many forms. */
export const seconds = word(['-t', '--time', '--timeout'], whole('number of seconds', 0, 86400))
/** A part of many forms. */
export const format = word(['-f', '--format'], text('a template', '{{.Name}}'))
/** A part of many forms. */
export const containers = (line: Line): string[] => [line.subject[0]].flat().map(String)
/** A part of many forms. */
export const state = (value: string) => (line: Line) =>
  containers(line).map(
    (one) => ({ does: 'sets', kind: 'container', name: one, key: 'state', value }) as const,
  )

/** A filter. */
export const filter = many(word(['--filter', '-f'], pattern('a filter', /^[a-z-]+!?=.+$/, 'label=app')))

/** Options before what it is about, and the command last: where docker takes no option behind the image. */
export const optionsFirst: NonNullable<Form['print']> = ({ form, own, said }) => {
  const words = (command: boolean) =>
    said.filter(({ name }) => (name === 'command') === command).flatMap((one) => one.words)
  return [...form.words, ...words(false), ...own, ...words(true)]
}

/** Several values of one kind: one, or a list. */
export function severalOf<T extends string>(kind: Kind<T>): Clause<T[]> {
  return {
    ...restOf(kind as Kind<string>),
    print: (args) => args.flat().map((one) => kind.word(one as T)),
    read: (words) => {
      const all = words.map((one) => kind.read(one))
      if (all.includes(undefined)) return undefined
      return { args: all.length === 1 ? (all as T[]) : [all as unknown as T], used: all.length }
    },
  }
}
