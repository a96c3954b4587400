/** Network namespaces with a name, as ip-netns(8). */
import type { Command, Place } from '../command.ts'
import { word } from '../grammar/clause.ts'
import { form, type Line, say } from '../grammar/form.ts'
import { any, oneOf, textKind, whole } from '../grammar/kinds.ts'
import { words } from '../grammar/missing.ts'
import { netnsName } from '../names.ts'
import { anyProgram, otherProgram } from '../programs.ts'

const name = word([], textKind<string>('the name of a network namespace', ['net1'], netnsName))
const pid = word([], whole('process', 1, 4194304))
const it = (line: Line) => ({ kind: 'netns' as const, name: String(line.subject[0]) })

/** The subcommands of `ip netns`. */
export const netnsForms = {
  add: form({
    words: ['ip', 'netns', 'add'],
    subject: [name],
    clauses: {},
    facts: (line) => ({
      undo: { argv: ['ip', 'netns', 'del', String(line.subject[0])] },
    }),
    does: (line) => [{ does: 'makes', ...it(line) }],
  }),
  del: form({
    words: ['ip', 'netns', 'del'],
    verbs: ['delete'],
    subject: [name],
    clauses: {},
    does: (line) => [{ does: 'removes', ...it(line) }],
  }),
  list: form({ words: ['ip', 'netns', 'list'], verbs: ['list', 'show', 'lst'], clauses: {}, looks: true }),
  set: form({
    words: ['ip', 'netns', 'set'],
    subject: [name, word([], any(whole('number of a namespace', 0, 0x7fffffff), oneOf('number', 'auto')))],
    clauses: {},
    does: (line) => [{ does: 'sets', key: 'id', ...it(line) }],
  }),
  attach: form({
    words: ['ip', 'netns', 'attach'],
    subject: [name, pid],
    clauses: {},
    facts: (line) => ({
      undo: { argv: ['ip', 'netns', 'del', String(line.subject[0])] },
    }),
    does: (line) => [{ does: 'makes', ...it(line) }],
  }),
  identify: form({
    words: ['ip', 'netns', 'identify'],
    subject: [pid],
    optional: 0,
    clauses: {},
    looks: true,
  }),
  pids: form({ words: ['ip', 'netns', 'pids'], subject: [name], clauses: {}, looks: true }),
  listId: form({ words: ['ip', 'netns', 'list-id'], method: 'ip.netns.listId', clauses: {}, looks: true }),
}

/** Of all namespaces at once. */
export const allNetnsForms = {
  delAll: form({
    words: ['ip', '-all', 'netns', 'del'],
    method: 'ip.netns.delAll',
    clauses: {},
    does: () => [{ does: 'unknown' }],
  }),
  execAll: form({
    words: ['ip', '-all', 'netns', 'exec'],
    method: 'ip.netns.execAll',
    subject: [anyProgram],
    clauses: {},
    facts: () => ({ shows: true }),
    does: (line) => otherProgram(line.subject[0] as readonly string[]),
  }),
}

/** Network namespaces with a name, as ip-netns(8). */
export const netns = (place: Place) =>
  words(['ip', 'netns'], {
    /**
     * Makes a network namespace with its own links, addresses, routes and rules.
     *
     * Example: server1.ip.netns.add('net1')
     * Equivalent to: `ip netns add net1`
     */
    add: (name: string): Command => say(place, netnsForms.add, name),

    /**
     * Takes the name away; the namespace goes, with its links, when no process is in it.
     *
     * Example: server1.ip.netns.del('net1')
     * Equivalent to: `ip netns del net1`
     */
    del: (name: string): Command => say(place, netnsForms.del, name),

    /**
     * Lists the namespaces that have a name.
     *
     * Example: server1.ip.netns.list()
     * Equivalent to: `ip netns list`
     */
    list: (): Command => say(place, netnsForms.list),

    /**
     * Deletes all namespaces. There is no undo.
     *
     * Example: server1.ip.netns.delAll()
     * Equivalent to: `ip -all netns del`
     */
    delAll: (): Command => say(place, allNetnsForms.delAll),

    /**
     * Runs a program in each namespace, one after the other.
     *
     * Example: server1.ip.netns.execAll(['ip', 'link'])
     * Equivalent to: `ip -all netns exec ip link`
     */
    execAll: (argv: readonly string[]): Command => say(place, allNetnsForms.execAll, argv),

    /**
     * Gives a namespace a number, by which others see it: `link-netnsid 3`.
     *
     * Example: server1.ip.netns.set('net1', 3)
     * Equivalent to: `ip netns set net1 3`
     */
    set: (name: string, id: number | 'auto'): Command => say(place, netnsForms.set, name, id),

    /**
     * Gives a name to the namespace of a process.
     *
     * Example: server1.ip.netns.attach('web', 4711)
     * Equivalent to: `ip netns attach web 4711`
     */
    attach: (name: string, pid: number): Command => say(place, netnsForms.attach, name, pid),

    /**
     * Shows the name of the namespace of a process.
     *
     * Example: server1.ip.netns.identify(4711)
     * Equivalent to: `ip netns identify 4711`
     */
    identify: (pid?: number): Command => say(place, netnsForms.identify, pid),

    /**
     * Shows the processes in a namespace.
     *
     * Example: server1.ip.netns.pids('net1')
     * Equivalent to: `ip netns pids net1`
     */
    pids: (name: string): Command => say(place, netnsForms.pids, name),

    /**
     * Shows the numbers of the namespaces.
     *
     * Example: server1.ip.netns.listId()
     * Equivalent to: `ip netns list-id`
     */
    listId: (): Command => say(place, netnsForms.listId),
  })
