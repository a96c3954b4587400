/** A file that is sent in, or out, by the shell: as the option that says the same, or as a line for `sh -c`. */
import { dockerForms } from '../docker/forms.ts'
import type { Clause } from '../grammar/clause.ts'
import type { Form } from '../grammar/form.ts'
import { hasRef } from '../ref.ts'
import { quote } from '../shell.ts'
import { forms } from '../tools/index.ts'

/** A program that has an option for it: its own words, and the word of the option. */
interface Streaming {
  readonly words: readonly string[]
  readonly sign: string
  readonly option: readonly string[]
}

const streaming: readonly Streaming[] = [...forms, ...(Object.values(dockerForms) as Form[])].flatMap(
  (form) =>
    [...Object.values(form.clauses), ...(form.subject ?? [])].flatMap(({ stream, words }: Clause) =>
      stream === undefined
        ? []
        : [form.words, ...(form.verbs ?? []).map((verb) => [form.words[0] ?? '', ...verb.split(' ')])].map(
            (own) => ({ words: own, sign: stream, option: words.slice(0, 1) }),
          ),
    ),
)

/** What stands before a program that runs on the same files. */
const before = (words: readonly string[]): number => (/^ip netns exec /.test(words.join(' ')) ? 4 : 0)

/** The same words with the option for the file that the shell would open; undefined where there is none. */
export function withStream(words: readonly string[], around: readonly string[]): string[] | undefined {
  const [first = '', ...more] = around.filter((one) => !one.startsWith('||'))
  const [, sign, file = ''] = first.match(/^([<>]) ([^-].*)$/s) ?? []
  const own = words.slice(before(words))
  const found = streaming.find(
    (one) => one.sign === sign && one.words.every((word, index) => own[index] === word),
  )
  return found && more.length === 0 ? [...words, ...found.option, file] : undefined
}

const word = (text: string): string => (text === '|' || hasRef(text) ? text : quote(text))

/** The line as a shell reads it, with what is sent where. */
export const shellText = (words: readonly string[], around: readonly string[]): string =>
  [
    ...words.map(word),
    ...around
      .filter((one) => one !== '|')
      .map((one) =>
        one.replace(/^(\S+) (.*?)(: .*)?$/s, (all, sign, file) => (sign === '||' ? `|| ${file}` : all)),
      ),
  ].join(' ')
