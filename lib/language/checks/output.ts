/** Checks on what a command prints, and whether the kernel knows a type of link. */

import { BadInput } from '../../errors.ts'
import { type Command, command, inquiry, used } from '../command.ts'
import { type Effect, made } from '../effects.ts'
import { exact, noMore } from '../grammar/missing.ts'
import { whole } from '../names.ts'
import { shellLine } from '../shell.ts'
import { linkDel } from '../undo.ts'
import { must as mustBe, oneLine } from '../values.ts'
import { type Check, eitherWay } from './check.ts'

/** Refuses what is no command, as a rule without jump(). */
function isCommand(value: Command): Command {
  const is = typeof value === 'object' && value !== null && Array.isArray(value.argv)
  mustBe(is, value, 'is no command: a rule is one after jump(), an address after dev()')
  return value
}

/** What is looked for: in each line of the output for itself. */
const looked = (text: string): string => oneLine(text, 'a text to look for')

/** The first words of a command, without its options: `docker network inspect`. */
const shortly = ({ argv }: Command): string =>
  argv
    .filter((text) => !text.startsWith('-'))
    .slice(0, 3)
    .join(' ')

/**
 * Checks on what a command prints. The label stands for it in the table of checks.
 *
 * Example: output(server1.ip.link.show()).prints('veth1')
 * Equivalent to: `ip link show | grep -F veth1`
 */
export const output = (question: Command, label = shortly(isCommand(question)), ...more: never[]) => {
  noMore('output()', more)
  isCommand(question)
  oneLine(label, 'a label')
  const asked = inquiry(`output of ${label}`)
  const must = (expected: string, text: string): Check =>
    Object.freeze({
      kind: 'check',
      inquiry: asked,
      from: question.place,
      to: label,
      observer: 'output',
      expected,
      target: '',
      command: () => question,
      look: text,
    })
  return exact(['output()'], {
    /** The text is in what it prints; with a number, in exactly that many lines. */
    prints: (text: string, lines?: number) => {
      const many =
        lines === undefined
          ? ''
          : `, ${whole(lines, 'number of lines', 1, 1e6)} line${lines === 1 ? '' : 's'}`
      return must(`prints ${looked(text)}${many}`, text)
    },
    doesNotPrint: (text: string) => must(`does not print ${looked(text)}`, text),
  })
}

/**
 * Whether the kernel knows a type of link: makes one, shows it and removes it again. What it lacks is told, and
 * is no failure.
 *
 * Example: kernelHas(server1.ip.link.add('dummy0').type('dummy'))
 * Equivalent to: `sh -c 'ip link add name dummy0 type dummy && ip -d link show dev dummy0 && ip link del dev dummy0'`
 */
export function kernelHas(add: Command, ...more: never[]): Check {
  noMore('kernelHas()', more)
  used(isCommand(add))
  const [link] = made(add, 'link')
  if (link === undefined) throw new BadInput(`${add.argv.join(' ')} makes no link`)
  const line = [add.argv, ['ip', '-d', 'link', 'show', 'dev', link.name], linkDel(link.name)]
  const does: Effect[] = [...add.does, { does: 'removes', kind: 'link', name: link.name }]
  return Object.freeze({
    kind: 'check',
    inquiry: inquiry(`kernelHas ${link.type}`),
    from: add.place,
    to: `a ${link.type}`,
    observer: 'attempt',
    expected: eitherWay,
    target: '',
    // The undo is for a run that is cut off between the lines.
    command: () =>
      command(add.place, ['sh', '-c', line.map(shellLine).join(' && ')], does, {
        shows: true,
        ...(add.undo ? { undo: add.undo } : {}),
        ...(add.needs ? { needs: add.needs } : {}),
      }),
  })
}
