/** What a place knows, as the commands print it that one would type there. */
import type { LabRecord } from '../server/state.ts'
import { inside, type Stack } from '../why/stacks.ts'
import { typed } from '../why/verdict.ts'
import type { Section } from './client/types.ts'

const questions: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['Addresses', ['ip', '-br', 'addr']],
  ['Routes', ['ip', 'route']],
  ['Routes, IPv6', ['ip', '-6', 'route']],
  ['Policy rules', ['ip', 'rule']],
  ['Neighbours', ['ip', 'neigh']],
  ['raw', ['iptables', '-t', 'raw', '-L', '-n', '-v', '--line-numbers']],
  ['mangle', ['iptables', '-t', 'mangle', '-L', '-n', '-v', '--line-numbers']],
  ['nat', ['iptables', '-t', 'nat', '-L', '-n', '-v', '--line-numbers']],
  ['filter', ['iptables', '-L', '-n', '-v', '--line-numbers']],
  ['Sockets', ['ss', '-tuln']],
  ['Connections', ['conntrack', '-L']],
  ['Links', ['ip', '-s', '-h', 'link']],
]

/** All that is asked of a place, in the order in which a packet meets it. What prints nothing is left out. */
export async function sectionsOf(lab: LabRecord, stack: Stack): Promise<Section[]> {
  const { run } = inside(lab)
  const all = await Promise.all(
    questions.map(async ([title, argv]) => {
      const { code, stdout } = await run(stack, argv)
      return { title, command: typed(stack.place, argv), text: code === 0 ? stdout.trimEnd() : '' }
    }),
  )
  return all.filter(({ text }) => text !== '')
}
