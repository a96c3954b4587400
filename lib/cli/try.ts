/** The verb `try`: what can be tried in a lab, one of it done, and taken back. */
import colors from 'picocolors'
import { BadInput } from '../errors.ts'
import { toolLine, tryLine } from '../lab/tool-lines.ts'
import { type Try, takenBack, tries, tryOut } from '../learn/tried.ts'
import { standing } from './inspect.ts'
import { say } from './output.ts'

/** The line that tells who reaches whom. */
const whyLine = (lab: string): string => toolLine('why', '--all', `--name=${lab}`)

const listed = (all: readonly Try[], lab: string): string =>
  [
    ...all.map(({ id, title, back }) => `${back === undefined ? ' ' : '*'} ${id.padEnd(28)} ${title}`),
    '',
    all.length === 0
      ? 'There is nothing to try: no place has an address.'
      : `Try one: ${tryLine(lab, 'NAME')}. Take all back: ${tryLine(lab, 'back')}`,
    '',
  ].join('\n')

/** Lists what can be tried, does one of it, or takes it back: `what` is nothing, a name, or `back`. */
export async function tryVerb(
  name: string,
  what: string | undefined,
  which: string | undefined,
  json: boolean,
): Promise<number> {
  const lab = standing(name)
  if (which !== undefined && what !== 'back')
    throw new BadInput('one thing at a time', {
      where: undefined,
      hint: `try ${name} back NAME takes one back.`,
    })
  if (what === undefined) {
    const all = await tries(lab)
    say(json ? `${JSON.stringify({ tries: all }, null, 2)}\n` : listed(all, name))
  } else if (what === 'back') {
    const all = await takenBack(lab, which)
    const text = all.map(({ back }) => `  ${back}\n`).join('')
    say(json ? `${JSON.stringify({ back: all }, null, 2)}\n` : text || 'Nothing is tried now.\n')
  } else {
    const one = await tryOut(lab, what)
    say(
      json
        ? `${JSON.stringify(one, null, 2)}\n`
        : `${colors.bold(one.title)}\n  ${one.does}\n${one.see}\n\n  who reaches whom:  ${whyLine(name)}\n  take it back:      ${tryLine(name, 'back')}\n`,
    )
  }
  return 0
}
