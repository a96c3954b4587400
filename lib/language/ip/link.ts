/** Links (interfaces, in most books), as ip-link(8). */
import type { Command, CommandFacts, Place } from '../command.ts'
import type { Effect } from '../effects.ts'
import { bare, flag, word } from '../grammar/clause.ts'
import { form, type Line, type Methods, type Said, say } from '../grammar/form.ts'
import { ifname, mac, namespace, oneOf, whole } from '../grammar/kinds.ts'
import { words } from '../grammar/missing.ts'
import type { Options } from '../grammar/options.ts'
import type { Call } from '../grammar/read.ts'
import type { IfName } from '../names.ts'
import { linkDel } from '../undo.ts'
import { group, type LinkSet, type LinkSetDraft, linkSet, mtu, namespaceOf, sameServer } from './link-set.ts'
import { type LinkType, type LinkTypes, linkTypes, typeClause } from './link-types.ts'
import { shown } from './shared.ts'

const addClauses = {
  /** The largest packet, in bytes: `mtu` */
  mtu: word('mtu', mtu),
  /** The MAC address: `address` */
  address: word('address', mac),
  /** How many packets wait to be sent at most: `txqueuelen` */
  txqueuelen: word(['txqueuelen', 'qlen', 'txqlen'], whole('number of packets', 0, 0x7fffffff)),
  /** How many queues to send by: `numtxqueues` */
  numtxqueues: word('numtxqueues', whole('number of queues', 1, 4096)),
  /** How many queues to receive by: `numrxqueues` */
  numrxqueues: word('numrxqueues', whole('number of queues', 1, 4096)),
  /** A group of links: `group` */
  group: word('group', group),
  /** Its number: `index` */
  index: word('index', whole('number of an interface', 1, 0x7fffffff)),
  /** It is made in that namespace: `netns` */
  netns: word('netns', namespace),
  /** It is switched on at once: `up` */
  up: flag('up'),
  /** What kind of link it is, with its options: `type` */
  type: typeClause,
}

/** The second argument is needed when the type has a required option: a veth needs its peer. */
type TypeOptions<T extends LinkType> =
  Record<never, never> extends LinkTypes[T] ? [options?: LinkTypes[T]] : [options: LinkTypes[T]]

/** A link without its type: it is a command only with `type()`. */
export interface LinkAdd extends Omit<Methods<typeof addClauses, LinkAdd>, 'type'> {
  /** What kind of link it is, with its options: `type veth peer name r0` */
  type<T extends LinkType>(type: T, ...options: TypeOptions<T>): Command
}

const showClauses = {
  ...shown,
  /** One interface: `dev` */
  dev: bare(word('dev', ifname)),
  /** Links of a group: `group` */
  group: word('group', group),
  /** Links that are up: `up` */
  up: flag('up'),
  /** Links plugged into a bridge: `master` */
  master: word('master', ifname),
  /** Links in a VRF: `vrf` */
  vrf: word('vrf', ifname),
  /** Links that are plugged into nothing: `nomaster` */
  nomaster: flag('nomaster'),
  /** Links of a type: `type` */
  type: word('type', oneOf('type of link', ...(Object.keys(linkTypes) as LinkType[]))),
}

const typed = (
  said: readonly Said[],
): [type: string, options: Partial<LinkTypes['veth'] & LinkTypes['macvlan']>] => {
  const [type = '', options = {}] = said.find(({ name }) => name === 'type')?.args ?? []
  return [String(type), options as LinkTypes['veth'] & LinkTypes['macvlan']]
}

const addFacts = (line: Line): CommandFacts => {
  const name = String(line.subject[0])
  if (!line.has('netns')) return { undo: { argv: linkDel(name) } }
  const elsewhere = namespaceOf(line.value('netns'))
  return elsewhere === undefined ? {} : { undo: { argv: ['ip', '-n', elsewhere, ...linkDel(name).slice(1)] } }
}

const addDoes = (line: Line): Effect[] => {
  const [type, { peer, netns }] = typed(line.said)
  const [own, to] = [namespaceOf(line.value('netns')), namespaceOf(netns)]
  const link = (name: string, where: string | undefined): Effect => ({
    does: 'makes',
    kind: 'link',
    name,
    type,
    ...(where === undefined ? {} : { netns: where }),
  })
  return [
    link(String(line.subject[0]), own),
    ...(peer === undefined ? [] : [link(peer, netns === undefined ? own : to)]),
  ]
}

/** `link e0` is told before the name of the link, and said as an option of its type. */
function parentIntoType(calls: readonly Call[]): readonly Call[] | undefined {
  const parent = calls.find(({ name }) => name === 'link')
  if (!parent) return calls
  return calls.flatMap((call) => {
    if (call === parent) return []
    if (call.name !== 'type') return [call]
    const [type, options = {}] = call.args
    return [{ name: 'type', args: [type, { link: parent.args[0], ...(options as object) }] }]
  })
}

/** The subcommands of `ip link`. */
export const linkForms = {
  add: form({
    words: ['ip', 'link', 'add'],
    subject: [{ ...bare(word(['name', 'dev'], ifname)) }],
    clauses: addClauses,
    needs: [['type']],
    front: (said) => {
      const { link } = typed(said)[1]
      return link === undefined ? [] : ['link', link]
    },
    alsoRead: { link: word('link', ifname) },
    tidy: parentIntoType,
    check(line) {
      sameServer(line.place, line.value('netns'))
      sameServer(line.place, typed(line.said)[1].netns)
    },
    facts: addFacts,
    does: addDoes,
  }),
  del: form({
    words: ['ip', 'link', 'del'],
    verbs: ['delete'],
    subject: [bare(word(['dev', 'name'], ifname))],
    clauses: {},
    alsoRead: { type: showClauses.type },
    tidy: (calls) => calls.filter(({ name }) => name !== 'type'),
    does: (line) => [{ does: 'removes', kind: 'link', name: String(line.subject[0]) }],
  }),
  set: linkSet,
  show: form({
    words: ['ip', 'link', 'show'],
    verbs: ['show', 'list', 'lst'],
    clauses: showClauses,
    takes: 'options',
    looks: true,
  }),
}

/** Links (interfaces, in most books), as ip-link(8). */
export const link = (place: Place) =>
  words(['ip', 'link'], {
    /**
     * Makes a link of a type. A veth is a pair of ends: both exist here until one is moved.
     *
     * Example: server1.ip.link.add('veth1').type('veth', { peer: 'r0-net1' })
     * Equivalent to: `ip link add name veth1 type veth peer name r0-net1`
     * Example: server1.ip.link.add('shim').type('macvlan', { link: 'enp0s3', mode: 'bridge' })
     * Equivalent to: `ip link add link enp0s3 name shim type macvlan mode bridge`
     * Example: server1.ip.link.add('r0-net1').type('veth', { peer: 'veth1', netns: net1 })
     * Equivalent to: `ip link add name r0-net1 type veth peer name veth1 netns net1`
     * Example: server1.ip.link.add('vx0').mtu(1400).type('vxlan', { id: 7, local: 'fd00::1', dstport: 4789, learning: false })
     * Equivalent to: `ip link add name vx0 mtu 1400 type vxlan id 7 dstport 4789 local fd00::1 nolearning`
     */
    add: (name: IfName): LinkAdd => say(place, linkForms.add, name),

    /**
     * Deletes a link; both ends of a veth go together.
     *
     * Example: server1.ip.link.del('r0-net1')
     * Equivalent to: `ip link del dev r0-net1`
     */
    del: (name: IfName): Command => say(place, linkForms.del, name),

    /**
     * Changes properties of a link. The undo puts back what was there before.
     *
     * Example: server1.ip.link.set('r0-net1').up()
     * Equivalent to: `ip link set dev r0-net1 up`
     * Example: server1.ip.link.set('veth1').netns(net1).name('eth0')
     * Equivalent to: `ip link set dev veth1 netns net1 name eth0`
     * Example: server1.ip.link.set('br0').type('bridge', { stp_state: 1 })
     * Equivalent to: `ip link set dev br0 type bridge stp_state 1`
     */
    set: (name: IfName): LinkSetDraft => say(place, linkForms.set, name),

    /**
     * Shows links: all, one, those of a type, those plugged into a bridge. `details` is `ip -d`.
     *
     * Example: server1.ip.link.show()
     * Equivalent to: `ip link show`
     * Example: server1.ip.link.show({ type: 'veth', master: 'docker0', details: true })
     * Equivalent to: `ip -d link show master docker0 type veth`
     */
    show: (of?: IfName | Options<typeof showClauses>): Command =>
      say(place, linkForms.show, typeof of === 'string' ? { dev: of } : of),
  })
export type { LinkSet }
