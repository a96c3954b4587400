/** Reads what a journal of version 1 tells of a command, whose effects had to be found in its words and facts. */
import type { Command, Undo } from '../language/command.ts'
import type { Effect, Reading } from '../language/effects.ts'
import type { Intent } from '../run/journal.ts'

/** What was written of a command beside its words. */
interface Facts {
  undo?: Undo & { read?: Reading & { found?: readonly string[] } }
  makes?: { netns: string } | { links: string[] }
  moves?: { link: string; netns: string }
  plugs?: { server: string; link: string }
  /** The link that it configures. */
  about?: string
  /** The link that it marks as made by the lab. */
  marks?: string
}

type Old = Facts & Omit<Intent, 'does' | 'undo'>

const after = (argv: readonly string[], word: string): string => argv[argv.indexOf(word) + 1] ?? ''

/** What a docker command made. */
function ofDocker(argv: readonly string[]): Effect[] {
  const [, verb, object] = argv
  const last = argv.at(-1) ?? ''
  if (verb === 'run') return [{ does: 'makes', kind: 'container', name: after(argv, '--name') }]
  if (verb === 'import') return [{ does: 'makes', kind: 'image', name: last }]
  if (verb === 'compose' && argv.includes('up'))
    return [{ does: 'makes', kind: 'project', name: after(argv, '-p'), file: after(argv, '-f') }]
  if (verb === 'network' && object === 'create') return [{ does: 'makes', kind: 'network', name: last }]
  if (verb === 'network' && object === 'connect')
    return [{ does: 'makes', kind: 'endpoint', name: last, network: argv.at(-2) ?? '' }]
  return []
}

/** What an iptables command was about: the table that it may have left behind. */
function ofFirewall(argv: readonly string[]): Effect[] {
  return [{ does: 'unknown', table: argv.includes('-t') ? after(argv, '-t') : 'filter' }]
}

function effectsOf({ argv, undo, makes, moves, plugs, about, marks }: Old): Effect[] {
  const does: Effect[] = []
  if (makes && 'netns' in makes) does.push({ does: 'makes', kind: 'netns', name: makes.netns })
  if (makes && 'links' in makes)
    does.push(...makes.links.map((name): Effect => ({ does: 'makes', kind: 'link', name })))
  if (makes && argv[0] === 'sh') does.push({ does: 'removes', kind: 'link', name: argv.at(-1) ?? '' })
  if (moves) does.push({ does: 'moves', ...moves })
  if (plugs) does.push({ does: 'plugs', ...plugs })
  if (marks !== undefined)
    does.push({ does: 'sets', kind: 'link', name: marks, key: 'alias', value: after(argv, 'alias') })
  const read = undo?.read && {
    read: { argv: undo.read.argv, ...(undo.read.filter ? { filter: undo.read.filter } : {}) },
  }
  if (about !== undefined && marks === undefined && !makes && !moves)
    does.push({ does: 'sets', kind: 'link', name: about, key: '', ...read })
  else if (read) does.push({ does: 'sets', kind: 'parameter', name: argv.join(' '), key: 'value', ...read })
  if (argv[0] === 'docker') does.push(...ofDocker(argv))
  if (argv[0] === 'iptables') does.push(...ofFirewall(argv))
  return does
}

/** The line of version 2 that tells the same; one of version 2 as it is. */
export function fromVersion1(line: Intent): Intent {
  if ('does' in (line as Partial<Pick<Command, 'does'>>)) return line
  const old = line as unknown as Old
  const { makes, moves, plugs, about, marks, undo, ...rest } = old
  const found = undo?.read?.found
  return {
    ...rest,
    does: effectsOf(old),
    ...(undo ? { undo: { argv: undo.argv, ...(found ? { found } : {}) } } : {}),
  }
}
