/** The words of nsenter(1), as a table: a program in the namespaces of a process, or of a file. */
import { BadInput } from '../../errors.ts'
import { type Clause, flag, restOf, word } from '../grammar/clause.ts'
import { form } from '../grammar/form.ts'
import { type Kind, plainWord, textKind, whole } from '../grammar/kinds.ts'
import { otherProgram } from '../programs.ts'
import { word as argument, program } from '../values.ts'

const file: Kind<string> = textKind('a file', ['/run/netns/net1'], (value) => /^\/\S+$/.test(value))

/** One kind of namespace: that of the target, or of a file. */
const namespace = (letter: string, long: string): Clause<[file?: string]> => ({
  words: [letter, long, `${long}=`],
  kinds: [file],
  shape: 'values',
  print: ([of, ...more]) => {
    if (more.length > 0) throw new BadInput(`${long} takes one value`)
    return of === undefined ? [letter] : [`${long}=${file.word(of)}`]
  },
  read([of = ''], said) {
    if (!said.endsWith('=')) return { args: [], used: 0 }
    return file.read(of) === undefined ? undefined : { args: [of], used: 1 }
  },
})

const clauses = {
  /** The process whose namespaces are meant: `-t` */
  target: word(['-t', '--target'], whole('process', 1, 4194304)),
  /** Its network, or that of a file: `-n` */
  net: namespace('-n', '--net'),
  /** What is mounted: `-m` */
  mount: namespace('-m', '--mount'),
  /** The host name: `-u` */
  uts: namespace('-u', '--uts'),
  /** Shared memory: `-i` */
  ipc: namespace('-i', '--ipc'),
  /** Processes: `-p` */
  pid: namespace('-p', '--pid'),
  /** Users: `-U` */
  user: namespace('-U', '--user'),
  /** Control groups: `-C` */
  cgroup: namespace('-C', '--cgroup'),
  /** The clocks: `-T` */
  time: namespace('-T', '--time'),
  /** All of them: `-a` */
  all: flag('-a', '--all'),
  /** Does not start a process more: `-F` */
  noFork: flag('-F', '--no-fork'),
  /** Keeps user and groups: `--preserve-credentials` */
  preserveCredentials: flag('--preserve-credentials'),
  /** As this user: `-S` */
  setuid: word(['-S', '--setuid'], plainWord('a user', '0')),
  /** As this group: `-G` */
  setgid: word(['-G', '--setgid'], plainWord('a group', '0')),
  /** What runs there. */
  command: restOf(textKind<string>('a word', ['ip', 'addr'], argument)),
} as const

/** `nsenter`. */
export const nsenter = form({
  words: ['nsenter'],
  clauses,
  needs: [['command']],
  check: (line) => {
    const command = line.said.find(({ name }) => name === 'command')
    if (!command) return
    program(command.words)
    if (line.said.at(-1) !== command) throw new BadInput('the command of nsenter stands last')
  },
  judge: (line) => {
    const of = line.said.filter(({ name }) => name !== 'command')
    const files = of.some(({ args }) => typeof args[0] === 'string' && args[0].startsWith('/'))
    if (!line.has('target') && !files)
      throw new BadInput('nsenter needs a target, or the file of a namespace')
  },
  facts: () => ({ shows: true }),
  does: (line) => otherProgram(line.said.find(({ name }) => name === 'command')?.words ?? []),
})
