/** `ip link set`: the properties of a link, and how the value of each is read that was there before. */
import { BadInput } from '../../errors.ts'
import { type Command, OLD, type Place, type Undo } from '../command.ts'
import type { Effect, Reading } from '../effects.ts'
import { bare, flag, not, word } from '../grammar/clause.ts'
import { form, type Line, type Methods, type Said } from '../grammar/form.ts'
import { any, ifname, mac, namespace, oneOf, onOff, pattern, text, whole } from '../grammar/kinds.ts'
import { netnsOn } from '../names.ts'
import { type LinkType, type LinkTypes, typeChange } from './link-types.ts'

/** A group of links, by number or name. */
export const group = any(whole('group', 0, 0xffffffff), pattern('a group', /^[a-z][\w.-]*$/i, 'default'))
/** The largest packet. */
export const mtu = whole('MTU in bytes', 68, 65536)

/** What can be set. */
export const setClauses = {
  /** Switches the link on: `up` */
  up: not(flag('up'), 'down'),
  /** Switches the link off: its routes go: `down` */
  down: flag('down'),
  /** Moves the link into a network namespace, of that name, or of that process; here it is gone: `netns` */
  netns: word('netns', namespace),
  /** Gives it another name: `name` */
  name: word('name', ifname),
  /** Plugs the link into a bridge: `master` */
  master: not(word('master', ifname), 'nomaster', 'vrf'),
  /** Unplugs the link from its bridge: `nomaster` */
  nomaster: flag('nomaster'),
  /** Puts the link into a VRF: `vrf` */
  vrf: word('vrf', ifname),
  /** Sets the largest packet, in bytes: 68 to 65536: `mtu` */
  mtu: word('mtu', mtu),
  /** Accepts frames for any MAC address, or not: `promisc` */
  promisc: word('promisc', onOff),
  /** Sets the MAC address: `address` */
  address: word('address', mac),
  /** Whether it asks for MAC addresses, and answers: `arp` */
  arp: word('arp', onOff),
  /** Whether it takes multicast: `multicast` */
  multicast: word('multicast', onOff),
  /** Whether it takes multicast for any group: `allmulticast` */
  allmulticast: word('allmulticast', onOff),
  /** A remark, which `ip link show` shows: `alias` */
  alias: word(['alias', 'ifalias'], text('a remark', 'to the lab')),
  /** How many packets wait to be sent at most: `txqueuelen` */
  txqueuelen: word(['txqueuelen', 'qlen', 'txqlen'], whole('number of packets', 0, 0x7fffffff)),
  /** A group of links: `group` */
  group: word('group', group),
  /** How it makes its own IPv6 address: `addrgenmode` */
  addrgenmode: word('addrgenmode', oneOf('way', 'eui64', 'none', 'stable_secret', 'random')),
  /** Whether a cable is plugged in, as the link itself tells: `carrier` */
  carrier: word('carrier', onOff),
  /** Whether what is below it is kept down: `protodown` */
  protodown: word('protodown', onOff),
  /** Changes options of its type: `type` */
  type: typeChange,
}

/** A link whose properties are set: it is a command with the first of them. */
export interface LinkSetDraft extends Omit<Methods<typeof setClauses, LinkSet>, 'type'> {
  /** Changes options of its type, as of a bridge, or of a port of one: `type bridge stp_state 1` */
  type<T extends LinkType>(type: T, options: Partial<LinkTypes[T]>): LinkSet
}
/** Properties of a link; every clause returns a new command that sets one more. */
export interface LinkSet extends Command, LinkSetDraft {}

/** How to find the old value: a flag of the link, or what follows a word. `words` say it again. */
interface Old {
  /** The words for the old value, with OLD in its place. */
  readonly words: readonly string[]
  /** The sed expression that prints it. */
  readonly sed: string
  readonly details?: true
}
const flagged = (name: string): string => `s/.*[<,]${name}[,>].*/on/p;t;s/.*/off/p`
const inverse = (name: string): string => `s/.*[<,]${name}[,>].*/off/p;t;s/.*/on/p`
const behind = (name: string, value = '[^ ]*'): string => `s/.* ${name} \\(${value}\\) .*/\\1/p`

const upOrDown: Old = { words: [OLD], sed: 's/.*[<,]UP[,>].*/up/p;t;s/.*/down/p' }
const olds: Readonly<Record<string, Old>> = {
  up: upOrDown,
  down: upOrDown,
  nomaster: { words: ['master', OLD], sed: behind('master') },
  vrf: { words: ['vrf', OLD], sed: behind('master') },
  mtu: { words: ['mtu', OLD], sed: behind('mtu', '[0-9]*') },
  promisc: { words: ['promisc', OLD], sed: flagged('PROMISC') },
  address: { words: ['address', OLD], sed: 's/.*link\\/ether \\([0-9a-f:]*\\) .*/\\1/p' },
  arp: { words: ['arp', OLD], sed: inverse('NOARP') },
  multicast: { words: ['multicast', OLD], sed: flagged('MULTICAST') },
  allmulticast: { words: ['allmulticast', OLD], sed: flagged('ALLMULTI') },
  alias: { words: ['alias', OLD], sed: 's/.* alias \\(.*\\)$/\\1/p;t;s/.*//p' },
  txqueuelen: { words: ['txqueuelen', OLD], sed: 's/.* qlen \\([0-9]*\\).*/\\1/p' },
  group: { words: ['group', OLD], sed: behind('group') },
  addrgenmode: {
    words: ['addrgenmode', OLD],
    sed: 's/.* addrgenmode \\([a-z0-9_]*\\).*/\\1/p',
    details: true,
  },
}

/** The words of a type that set something, each with its value: `stp_state 1 priority 7` is two. */
function typeOlds(line: Line): Array<Old | undefined> {
  const [type, options = {}] = (line.said.find(({ name }) => name === 'type')?.args ?? []) as [
    string?,
    object?,
  ]
  return Object.keys(options)
    .filter((name) => name !== 'fdb_flush')
    .map((name) =>
      // Of a map ip(8) shows all that it holds.
      name.endsWith('-map')
        ? undefined
        : { words: ['type', type ?? '', name, OLD], sed: behind(name), details: true as const },
    )
}

/** An undo for all that was set: one value is read as it is, several as one line of words. */
function restore(line: Line, dev: string): Restore | undefined {
  const all = line.said.flatMap(
    ({ name }): Array<Old | undefined> => (name === 'type' ? typeOlds(line) : [olds[name]]),
  )
  const known = all.filter((old) => old !== undefined)
  if (known.length === 0 || known.length < all.length) return undefined
  const set = ['ip', 'link', 'set', 'dev', dev]
  const details = known.some((old) => old.details) ? ['-d'] : []
  const show = ['ip', ...details, '-o', 'link', 'show', 'dev', dev]
  const [one] = known
  if (one && known.length === 1)
    return { undo: { argv: [...set, ...one.words] }, read: { argv: show, filter: `sed -n '${one.sed}'` } }
  // In one line of `set` the type and its options come last.
  const type = known.find(({ words }) => words[0] === 'type')?.words.slice(0, 2) ?? []
  const inOrder = [...known].sort((a, b) => Number(a.words[0] === 'type') - Number(b.words[0] === 'type'))
  let typed = false
  const parts = inOrder.map(({ words, sed }) => {
    const ofType = words[0] === 'type'
    const before = ofType ? [...(typed ? [] : type), words[2] ?? ''] : words.slice(0, -1)
    if (ofType) typed = true
    const out = sed
      .replace(/\/\\1\/p/g, `/${before.map((word) => `${word} `).join('')}\\1/p`)
      .replace(/\/(on|off)\/p/g, `/${before.join(' ')} $1/p`)
    return `{ ip ${[...details, '-o', 'link', 'show', 'dev', dev].join(' ')} | sed -n '${out}'; }`
  })
  return {
    undo: { argv: ['sh', '-c', 'ip link set dev "$0" $1', dev, OLD] },
    read: { argv: ['sh', '-c', `${parts.join('; ')}`], filter: "tr '\\n' ' '" },
  }
}

/** Refuses a namespace of another server. */
export function sameServer(from: Place, value: unknown): void {
  if (typeof value === 'object' && value !== null) netnsOn(value as Place, from)
}

/** The name of a namespace that a link is moved to; undefined for a process or a file. */
export const namespaceOf = (value: unknown): string | undefined => {
  if (typeof value === 'object' && value !== null) return (value as Place).name
  return typeof value === 'string' && !value.includes('/') ? value : undefined
}

/** The words that take it back, and how the old value is read. */
interface Restore {
  readonly undo: Undo
  readonly read?: Reading
}

function restoreOf(line: Line): Restore | undefined {
  const dev = String(line.subject[0])
  const name = line.text('name')
  const to = namespaceOf(line.value('netns'))
  const set = (...words: string[]) => ['ip', 'link', 'set', 'dev', ...words]
  if (line.has('netns')) {
    // Process 1 is in the server's own namespace, on a virtual server as on a real one.
    const back = [
      'link',
      'set',
      'dev',
      name ?? dev,
      'netns',
      '1',
      ...(name === undefined ? [] : ['name', dev]),
    ]
    return to === undefined ? undefined : { undo: { argv: ['ip', '-n', to, ...back] } }
  }
  if (name !== undefined) return { undo: { argv: set(name, 'name', dev) } }
  if (line.has('master')) {
    const undo = { argv: set(dev, 'nomaster') }
    if (line.said.length > 1) return { undo }
    const read = { argv: ['ip', '-o', 'link', 'show', 'dev', dev], filter: `sed -n '${behind('master')}'` }
    return { undo: { ...undo, found: set(dev, 'master', OLD) }, read }
  }
  return restore(line, dev)
}

/** The property and its value, as they are shown. */
const property = ({ name, words }: Said): { key: string; value: string } => {
  if (name === 'up' || name === 'down') return { key: 'state', value: name }
  if (name === 'nomaster') return { key: 'master', value: 'none' }
  return { key: name, value: words.slice(1).join(' ') }
}

function does(line: Line): Effect[] {
  const link = String(line.subject[0])
  const to = namespaceOf(line.value('netns'))
  const name = line.text('name')
  const read = restoreOf(line)?.read
  const sets = line.said
    .filter((one) => one.name !== 'netns' && one.name !== 'name')
    .map(
      (one, index): Effect => ({
        does: 'sets',
        kind: 'link',
        name: link,
        ...property(one),
        ...(read && index === 0 ? { read } : {}),
      }),
    )
  if (!line.has('netns') && name === undefined) return sets
  const moves: Effect = {
    does: 'moves',
    link,
    ...(to === undefined ? {} : { netns: to }),
    ...(name === undefined ? {} : { name }),
  }
  return [...sets, moves]
}

/** `ip link set`. */
export const linkSet = form({
  words: ['ip', 'link', 'set'],
  subject: [bare(word('dev', ifname))],
  clauses: setClauses,
  needs: [Object.keys(setClauses)],
  check(line) {
    if (line.value('name') === line.subject[0]) throw new BadInput(`${line.subject[0]} has that name`)
    sameServer(line.place, line.value('netns'))
  },
  facts: (line) => {
    const undo = restoreOf(line)?.undo
    return undo ? { undo } : {}
  },
  does,
})
