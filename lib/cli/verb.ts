/** What a verb of the command line is, and what it works on: one scenario, or all of them by name. */
import type { InferredOptionTypes, Options as YargsOption } from 'yargs'
import type { Scenario } from '../lab/lab.ts'
import type { Catalogue } from './catalogue.ts'
import { type options, refuseWords } from './options.ts'

/** The options of all verbs, as they are read. */
export type Options = InferredOptionTypes<typeof options>

/** What was typed behind a verb: the options of all verbs, and its own. */
export type Args = Options & { readonly [key: string]: unknown }

/** One verb. */
export interface Verb {
  /** The verb and its positional words, as yargs has them; of several the others are short for it. */
  readonly words: string | readonly string[]
  readonly about: string
  /** What its positional words mean. */
  readonly positional?: Readonly<Record<string, string>>
  /** Options of its own. */
  readonly options?: Readonly<Record<string, YargsOption>>
  /** Does it. Returns the exit code. */
  run(args: Args): Promise<number>
}

/** What the verbs work on. */
export interface Subject {
  /** The scenario whose own file was started. */
  readonly own: Scenario | undefined
  /** All scenarios, for the tool that is for all of them. */
  readonly catalogue: Catalogue | undefined
  /** ` <scenario>`, which must be named; nothing in a scenario's own file. */
  readonly target: string
  /** ` [scenario]`, which may be named; nothing in a scenario's own file. */
  readonly maybe: string
  scenarioOf(args: Args): Promise<Scenario>
  /** The lab that is meant: of that name, or of that scenario. */
  labOf(args: Args): string
  /** The same, or undefined when no lab was named. */
  labIfNamed(args: Args): string | undefined
  /** The names of the scenarios. */
  names(): readonly string[]
}

/** Reads what was started: a scenario's own file, or the tool for all of them. */
export function subjectOf(started: Scenario | Catalogue): Subject {
  const own = 'body' in started ? started : undefined
  const catalogue = 'body' in started ? undefined : started
  const labIfNamed = ({ name, scenario }: Args): string | undefined => {
    const said = name ?? scenario ?? own?.name
    return said === undefined ? undefined : String(said)
  }
  return {
    own,
    catalogue,
    target: own ? '' : ' <scenario>',
    maybe: own ? '' : ' [scenario]',
    scenarioOf: async ({ scenario }) => own ?? (catalogue as Catalogue).load(String(scenario)),
    labOf: (args) => labIfNamed(args) ?? refuseWords('which lab?', 'Say its name: status shows what is up.'),
    labIfNamed,
    names: () => catalogue?.names() ?? (own ? [own.name] : []),
  }
}
