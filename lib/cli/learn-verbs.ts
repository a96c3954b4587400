/** The verb `learn`, to be added to the command line. */
import type { Subject, Verb } from './verb.ts'

/** The verb `learn`, with its own words. */
export const learnVerbs = ({ catalogue }: Subject): Verb[] =>
  !catalogue
    ? []
    : [
        {
          words: 'learn [what] [exercise]',
          about: 'exercises: list them; start, hint, check, reset, solve, stop one',
          positional: { what: 'start NAME, hint, check, reset, solve, stop; nothing: the list' },
          options: {
            seed: { type: 'number', requiresArg: true, describe: 'names, addresses, fault (default: any)' },
          },
          async run({ what, exercise, seed, json }) {
            const { learnVerb } = await import('./learn.ts')
            const name = exercise === undefined ? undefined : String(exercise)
            return learnVerb(
              catalogue.exercises,
              what === undefined ? 'list' : String(what),
              name,
              seed,
              json,
            )
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
