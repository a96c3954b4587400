/** Asks before this machine itself is changed. */
import { createInterface } from 'node:readline/promises'
import { Unable } from '../errors.ts'
import type { Listener } from '../lab/events.ts'

/** Tells what is about to be done, and asks, unless that was agreed to before. Throws when it is not. */
export async function agreed(text: string, { yes, tell }: { yes: boolean; tell: Listener }): Promise<void> {
  tell({ kind: 'notice', text })
  if (yes) return
  if (!process.stdin.isTTY)
    throw new Unable('this changes the machine itself, and there is nobody to ask', {
      hint: 'Nothing was changed. --yes does it without asking.',
    })
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  // Ctrl-C and Ctrl-D end the question without an answer.
  const answer = await new Promise<string>((resolve) => {
    lines.once('close', () => resolve(''))
    lines.question('Type yes to go on: ').then(resolve, () => resolve(''))
  })
  lines.close()
  if (answer.trim().toLowerCase() !== 'yes') throw new Unable('not confirmed: nothing was changed')
}
