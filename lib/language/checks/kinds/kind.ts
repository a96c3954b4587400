/** What a kind of probe is: the outcomes that it may have, and how they are read, here and in a printed script. */

/** What a program has printed, and how it ended. */
export interface Said {
  code: number
  stdout: string
  stderr: string
}

/** What a probe tells. Its words are the vocabulary of the checks; details follow after a comma. */
export type Observed = string

export interface ProbeKind {
  /** The outcomes by their first words, and whether each says that something answered (`yes`), that nothing did (`no`). */
  readonly outcomes: Readonly<Record<string, 'yes' | 'no' | 'else'>>
  /** What the output means; undefined when the tool itself failed. `look` is what the check looks for. */
  read(said: Said, look: string): Observed | undefined
  /** The same as a function of POSIX sh, which prints the outcome. */
  readonly shell: string
}

/** All that a program has printed. */
export const allOf = ({ stdout, stderr }: Said): string => `${stdout}\n${stderr}`

/** What tools say where no way leads there, or where a machine on the way said so: REJECT has many words for it. */
export const unreachable = /unreachable|No route to host|Prohibited|Packet filtered|Protocol not available/i

/** What tools say of a name that nobody knows. */
export const unknownName =
  /bad address|not known|name resolution|NXDOMAIN|can't (find|resolve)|No address associated/i

/** `1 packet`, `2 packets`. */
export const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : what.endsWith('s') ? 'es' : 's'}`
