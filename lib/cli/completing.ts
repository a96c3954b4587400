/** The verb that completes the words of a shell. */
import { say } from './output.ts'
import type { Subject, Verb } from './verb.ts'

/** Completes the words of a shell. */
export const completing = ({ catalogue, names }: Subject, verbs: readonly Verb[]): Verb[] =>
  !catalogue
    ? []
    : [
        {
          words: 'completion [shell]',
          about: 'print completion for bash, zsh or fish',
          positional: { shell: 'bash, zsh, fish' },
          async run(args) {
            const { candidates, completionScript } = await import('./completion.ts')
            const words = args['--'] as string[] | undefined
            say(
              words
                ? candidates(words.map(String), verbs, names())
                    .map((one) => `${one}\n`)
                    .join('')
                : completionScript(String(args.shell ?? 'bash')),
            )
            return 0
          },
        },
      ]
