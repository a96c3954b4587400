/** The verbs `try`, `learn` and `grade`, to be added to the command line. */
import type { Subject, Verb } from './verb.ts'

/** Things to try in a lab. */
const trying = ({ target, labOf }: Subject): Verb[] => [
  {
    words: `try${target} [what] [which]`,
    about: 'things to try in a lab: cut a cable, drop only replies …; each is taken back by one word',
    positional: { what: 'what to try, or back; nothing: the list', which: 'with back: that alone' },
    async run(args) {
      const word = (name: string) => (args[name] === undefined ? undefined : String(args[name]))
      return (await import('./try.ts')).tryVerb(labOf(args), word('what'), word('which'), args.json)
    },
  },
]

/** Exercises, and the grades of a class. */
const learning = ({ catalogue }: Subject): Verb[] =>
  !catalogue
    ? []
    : [
        {
          words: 'learn [what] [exercise]',
          about: 'exercises: list them; start, hint, check, watch, reset, solve, stop one',
          positional: { what: 'start NAME, hint, check, watch, reset, solve, stop; nothing: the list' },
          options: {
            seed: { type: 'number', requiresArg: true, describe: 'names, addresses, fault (default: any)' },
            open: { type: 'boolean', default: false, describe: 'with start: a shell in it, and its page' },
          },
          async run({ what, exercise, seed, open, json }) {
            const { learnVerb } = await import('./learn.ts')
            const name = exercise === undefined ? undefined : String(exercise)
            return learnVerb(catalogue.exercises, what === undefined ? 'list' : String(what), name, {
              seed,
              open: open === true,
              json,
            })
          },
        },
        {
          words: 'grade <folder>',
          about: 'grade the results of a class: each lab is built anew, and what was typed done again',
          positional: { folder: 'the results, one file each, also in folders one level below' },
          options: {
            quick: { type: 'boolean', default: false, describe: 'believe the files; nothing is built' },
            csv: { type: 'string', requiresArg: true, describe: 'a file for the table as CSV' },
          },
          run: async ({ folder, quick, csv, json }) =>
            (await import('./grade.ts')).gradeVerb(String(folder), catalogue.exercises, {
              json,
              quick: quick === true,
              csv: csv === undefined ? undefined : String(csv),
            }),
        },
      ]

/** The verbs of those who learn and teach. */
export const learnVerbs = (subject: Subject): Verb[] => [...trying(subject), ...learning(subject)]
