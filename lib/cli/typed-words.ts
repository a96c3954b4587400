/** The verb `words`: prints the typed line for a line of shell, or the exec line. */
import { readFileSync } from 'node:fs'
import { BadInput } from '../errors.ts'
import { readBack } from '../language/read-back/read-line.ts'

/** Prints what each line is in TypeScript. Exit code 1 when one of them has no typed line. */
export function wordsVerb(lines: readonly string[], json: boolean): number {
  const text = lines.length > 0 ? lines.join('\n') : process.stdin.isTTY ? '' : readFileSync(0, 'utf8')
  if (text.trim() === '')
    throw new BadInput('there is no line to read', {
      where: undefined,
      hint: "Say one, as in: words 'ip -n net1 addr add 10.0.0.1/24 dev veth1', or send lines on standard input.",
    })
  const joined = text.replace(/\\\n/g, ' ').split('\n')
  const all = joined.flatMap((line) => readBack(line).map((one) => ({ shell: line.trim(), ...one })))
  if (json)
    process.stdout.write(
      `${JSON.stringify(
        all.map(({ shell, text, typed, without }) => ({
          shell,
          text,
          typed,
          ...(without === undefined ? {} : { without }),
        })),
        null,
        2,
      )}\n`,
    )
  else
    for (const { text, without } of all)
      process.stdout.write(`${text}${without === undefined ? '' : ` // without: ${without}`}\n`)
  return all.every(({ typed }) => typed) ? 0 : 1
}
