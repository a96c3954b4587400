/** Clauses that many subcommands of ip(8) have in common, and how the value is read that was there before. */

import { BadInput } from '../../errors.ts'
import { OLD, type Undo } from '../command.ts'
import { type Clause, flag, ofTool, word } from '../grammar/clause.ts'
import type { Line } from '../grammar/form.ts'
import { ifname, type Kind } from '../grammar/kinds.ts'
import { show } from '../values.ts'

const families: Kind<4 | 6> = {
  says: 'a family of addresses',
  like: [4, 6],
  word(value) {
    if (value !== 4 && value !== 6)
      throw new BadInput(`${show(value)} is not a family of addresses: it is 4 or 6`)
    return `-${value}`
  },
  read: (text) => (text === '-6' ? 6 : text === '-4' ? 4 : undefined),
}

/** `-4` or `-6`, behind the name of the program. */
export const familyClause: Clause<[family: 4 | 6]> = ofTool({
  ...word('', families),
  words: ['-4', '-6', '-family'],
  print: ([value]) => [families.word(value)],
  read: (words, said) =>
    said === '-family'
      ? words[0] === 'inet6' || words[0] === 'inet'
        ? { args: [words[0] === 'inet6' ? 6 : 4], used: 1 }
        : undefined
      : { args: [said === '-6' ? 6 : 4], used: 0 },
})

/** Of either family, where no address says which. */
export const family = {
  /** Of IPv4 (4) or IPv6 (6), where no address says which. */
  family: familyClause,
}

/** How the output looks. */
export const shown = {
  /** All that is known of it: `-d` */
  details: ofTool(flag('-d', '-details')),
  /** One short line each: `-br` */
  brief: ofTool(flag('-br', '-brief')),
  /** With counters: `-s` */
  statistics: ofTool(flag('-s', '-stats', '-statistics')),
  /** One line each: `-o` */
  oneline: ofTool(flag('-o', '-oneline')),
  /** As JSON: `-j` */
  json: ofTool(flag('-j', '-json')),
  /** JSON for people: `-p` */
  pretty: ofTool(flag('-p', '-pretty')),
  /** Of one family of addresses: `-4`, `-6` */
  family: familyClause,
}

/** The interface: `dev` */
export const dev = word('dev', ifname)

/** An undo that says the same line with the opposite verb. */
export const opposite = (line: Line, verb: string, ...without: string[]): Undo => ({
  argv: line.instead(verb, ...without),
})

/** An undo whose words are several, read as one text: the shell takes them apart. */
export const wordsFound = (words: readonly string[]): string[] => ['sh', '-c', `${words.join(' ')} $0`, OLD]
