/** Interfaces whose other end is a program, as ip-tuntap(8). */
import type { Command, Place } from '../command.ts'
import { bare, flag, word } from '../grammar/clause.ts'
import { form, type Methods, say } from '../grammar/form.ts'
import { any, ifname, oneOf, pattern, whole } from '../grammar/kinds.ts'
import { words } from '../grammar/missing.ts'
import type { IfName } from '../names.ts'
import { linkDel } from '../undo.ts'

const owner = any(whole('number of a user', 0, 0xffffffff), pattern('a user', /^[a-z_][\w.-]*$/i, 'student'))

const clauses = {
  /** `tap` for frames (layer 2), `tun` for packets (layer 3): `mode` */
  mode: word('mode', oneOf('mode', 'tun', 'tap')),
  /** The user who may open it: `user` */
  user: word('user', owner),
  /** The group that may open it: `group` */
  group: word('group', owner),
  /** Several queues: `multi_queue` */
  multiQueue: flag('multi_queue'),
  /** With a header before each packet: `pi` */
  pi: flag('pi'),
  /** With the header of virtio: `vnet_hdr` */
  vnetHdr: flag('vnet_hdr'),
}

/** An interface without its mode: it is a command only with `mode()`. */
export interface TunTapDraft extends Methods<typeof clauses, TunTapDraft, { mode: TunTap }> {}
/** An interface of a program; every clause returns a new command. */
export interface TunTap extends Command, Methods<typeof clauses, TunTap> {}

const subject = [bare(word('dev', ifname))]

/** The subcommands of `ip tuntap`. */
export const tuntapForms = {
  add: form({
    words: ['ip', 'tuntap', 'add'],
    subject,
    clauses,
    needs: [['mode']],
    facts: (line) => ({
      undo: { argv: linkDel(String(line.subject[0])) },
      needs: [{ needs: 'device', path: '/dev/net/tun' }],
    }),
    does: (line) => [
      { does: 'makes', kind: 'link', name: String(line.subject[0]), type: line.text('mode') ?? 'tun' },
    ],
  }),
  del: form({
    words: ['ip', 'tuntap', 'del'],
    verbs: ['delete'],
    subject,
    clauses,
    needs: [['mode']],
    does: (line) => [{ does: 'removes', kind: 'link', name: String(line.subject[0]) }],
  }),
  show: form({ words: ['ip', 'tuntap', 'show'], verbs: ['show', 'list', 'lst'], clauses: {}, looks: true }),
}

/** Interfaces whose other end is a program, as ip-tuntap(8). */
export const tuntap = (place: Place) =>
  words(['ip', 'tuntap'], {
    /**
     * Makes an interface: `tap` for frames (layer 2), `tun` for packets (layer 3).
     *
     * Example: server1.ip.tuntap.add('tap0').mode('tap')
     * Equivalent to: `ip tuntap add dev tap0 mode tap`
     * Example: server1.ip.tuntap.add('tun0').mode('tun').user('student')
     * Equivalent to: `ip tuntap add dev tun0 mode tun user student`
     */
    add: (name: IfName): TunTapDraft => say(place, tuntapForms.add, name),

    /**
     * Removes one.
     *
     * Example: server1.ip.tuntap.del('tap0').mode('tap')
     * Equivalent to: `ip tuntap del dev tap0 mode tap`
     */
    del: (name: IfName): TunTapDraft => say(place, tuntapForms.del, name),

    /**
     * Shows them.
     *
     * Example: server1.ip.tuntap.show()
     * Equivalent to: `ip tuntap show`
     */
    show: (): Command => say(place, tuntapForms.show),
  })
