/** What the subcommands of docker have in common. */
import { type Clause, many, restOf, word } from '../grammar/clause.ts'
import type { Line } from '../grammar/form.ts'
import { type Kind, pattern, text, textKind, whole } from '../grammar/kinds.ts'
import { dockerName, imageName } from '../names.ts'

/** A part of many forms. */
export const name: Kind<string> = textKind('a Docker name', ['a1'], dockerName)
/** A part of many forms. */
export const image: Kind<string> = textKind('an image', ['alpine'], imageName)
/** A part of many forms. */
export const names: Clause<string[]> = {
  ...restOf(name),
  print: (args) => args.flat().map((one) => name.word(one as string)),
  read: (words) =>
    words.every((one) => name.read(one) !== undefined)
      ? { args: words.length === 1 ? [...words] : [[...words] as unknown as string], used: words.length }
      : undefined,
}
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
