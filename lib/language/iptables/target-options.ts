/** The options of each target of iptables-extensions(8), as tables. */

import { BadInput } from '../../errors.ts'
import { type Clauses, flag, needed, word } from '../grammar/clause.ts'
import {
  address,
  any,
  anyAddress,
  mark,
  oneOf,
  pattern,
  plainWord,
  text,
  textKind,
  whole,
} from '../grammar/kinds.ts'
import { port } from '../names.ts'
import { must, text as mustBeText, oneLine, show } from '../values.ts'

const number = (says: string, max = 0xffffffff) => whole(says, 0, max)

/** What REJECT may answer. */
export const rejections = [
  'icmp-net-unreachable',
  'icmp-host-unreachable',
  'icmp-port-unreachable',
  'icmp-proto-unreachable',
  'icmp-net-prohibited',
  'icmp-host-prohibited',
  'icmp-admin-prohibited',
  'tcp-reset',
  'icmp6-no-route',
  'icmp6-adm-prohibited',
  'icmp6-addr-unreachable',
  'icmp6-port-unreachable',
] as const

/** One port, or a range of them, in digits. */
function portRange(value: string, whole: string): void {
  must(/^\d+(-\d+)?$/.test(value), whole, 'is not ADDRESS or ADDRESS:PORT, as in 10.0.0.2:80')
  for (const number of value.split('-')) port(Number(number))
}

/** The addresses and the ports of `10.0.0.1-10.0.0.9:80-90`, `:80`, `[fd00::1]:80`. */
export function natParts(to: string): { addresses: string[]; ports: string | undefined } {
  const v6 = to.match(/^\[([^\]]*)\](?:-\[([^\]]*)\])?(?::(.*))?$/)
  if (v6) return { addresses: [v6[1] ?? '', ...(v6[2] === undefined ? [] : [v6[2]])], ports: v6[3] }
  if ((to.match(/:/g)?.length ?? 0) > 1) return { addresses: to.split('-'), ports: undefined }
  const [addresses = '', ports, ...rest] = to.split(':')
  if (rest.length > 0) throw new BadInput(`${show(to)} is not ADDRESS or ADDRESS:PORT`)
  return { addresses: addresses === '' && ports !== undefined ? [] : addresses.split('-'), ports }
}

/** An address, a range of them, and ports, as --to-destination and --to-source take them. */
const natTarget = textKind<string>(
  'ADDRESS or ADDRESS:PORT',
  ['10.0.0.2:80', '10.0.0.2', ':8080', '[fd00::1]:80'],
  (to) => {
    mustBeText(to, 'ADDRESS or ADDRESS:PORT')
    const { addresses, ports } = natParts(to)
    for (const one of addresses) anyAddress(one)
    if (ports !== undefined) portRange(ports, to)
  },
)

/** The kernel keeps 30 bytes for a prefix, with the NUL at its end (xt_LOG.h). */
const logPrefix = textKind<string>('a prefix for the log', ['drop: '], (prefix) => {
  oneLine(prefix, 'a prefix for the log')
  must(Buffer.byteLength(prefix) <= 29, prefix, 'is longer than 29 bytes')
})

const portOrRange = any(
  whole('port', 1, 65535),
  pattern('a range of ports', /^\d{1,5}-\d{1,5}$/, '8000-8010'),
)
const level = any(
  number('level', 7),
  oneOf('level', 'emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug'),
)
const random = {
  /** Another port for each connection */
  random: flag('--random'),
  randomFully: flag('--random-fully'),
}
const nat = {
  ...random,
  /** A client always gets the same address */
  persistent: flag('--persistent'),
}
const hops = (of: string) => ({
  set: word(`--${of}-set`, number('number of hops', 255)),
  inc: word(`--${of}-inc`, number('number of hops', 255)),
  dec: word(`--${of}-dec`, number('number of hops', 255)),
})

/** A table for each target that has options. */
export const targetOptions = {
  /** Drops and answers. Default: port unreachable. */
  REJECT: { with: word('--reject-with', oneOf('answer of REJECT', ...rejections)) },
  /** Writes a line to the kernel's log; the prefix has at most 29 characters. */
  LOG: {
    prefix: word('--log-prefix', logPrefix),
    level: word('--log-level', level),
    tcpSequence: flag('--log-tcp-sequence'),
    tcpOptions: flag('--log-tcp-options'),
    ipOptions: flag('--log-ip-options'),
    uid: flag('--log-uid'),
  },
  /** Replaces the source by the address of the interface that the packet leaves through. */
  MASQUERADE: { toPorts: word('--to-ports', portOrRange), ...random },
  /** Replaces the source. */
  SNAT: { to: needed(word(['--to-source', '--to'], natTarget)), ...nat },
  /** Replaces the destination. */
  DNAT: { to: needed(word(['--to-destination', '--to'], natTarget)), ...nat },
  /** Sends the packet to this machine itself, to another port. */
  REDIRECT: { port: needed(word(['--to-ports', '--to-port'], portOrRange)), random: random.random },
  /** Maps one subnet onto another, address by address. */
  NETMAP: { to: needed(word('--to', pattern('a subnet', /^[0-9a-f.:]+\/\d+$/i, '10.1.0.0/24'))) },
  /** Marks the packet. */
  MARK: {
    set: word('--set-mark', mark),
    setXmark: word('--set-xmark', mark),
    and: word('--and-mark', mark),
    or: word('--or-mark', mark),
    xor: word('--xor-mark', mark),
  },
  /** Marks the connection, or takes its mark to the packet. */
  CONNMARK: {
    set: word('--set-mark', mark),
    setXmark: word('--set-xmark', mark),
    save: flag('--save-mark'),
    restore: flag('--restore-mark'),
    mask: word('--mask', mark),
    nfmask: word('--nfmask', mark),
    ctmask: word('--ctmask', mark),
    and: word('--and-mark', mark),
    or: word('--or-mark', mark),
    xor: word('--xor-mark', mark),
  },
  /** Sets the MSS of a TCP SYN to what fits the path. */
  TCPMSS: {
    clamp: {
      ...word('', oneOf('path', 'pmtu')),
      words: ['--clamp-mss-to-pmtu'],
      print: ([what]: readonly ['pmtu']) => {
        must(what === 'pmtu', what, 'is not what TCPMSS clamps to: pmtu')
        return ['--clamp-mss-to-pmtu']
      },
      read: () => ({ args: ['pmtu'] as const, used: 0 }),
    },
    mss: word('--set-mss', number('segment size', 65535)),
  },
  /** Sets the time to live. */
  TTL: hops('ttl'),
  /** Sets the hop limit (IPv6). */
  HL: hops('hl'),
  /** Gives the packet to a program on this machine, as it is. */
  TPROXY: {
    onPort: needed(word('--on-port', whole('port', 0, 65535))),
    onIp: word('--on-ip', address),
    tproxyMark: word('--tproxy-mark', mark),
  },
  /** Sends a copy to another machine. */
  TEE: { gateway: needed(word('--gateway', address)) },
  /** How the connection is tracked. */
  CT: {
    notrack: flag('--notrack'),
    helper: word('--helper', plainWord('a helper', 'ftp')),
    zone: word('--zone', any(number('zone', 65535), oneOf('zone', 'mark'))),
    ctevents: word('--ctevents', plainWord('events', 'new,destroy')),
  },
  /** Logs by netlink. */
  NFLOG: {
    group: word('--nflog-group', number('group', 65535)),
    prefix: word('--nflog-prefix', text('a prefix', 'drop: ')),
    size: word('--nflog-size', number('number of bytes')),
    threshold: word('--nflog-threshold', number('number of packets', 65535)),
  },
  /** Asks a program. */
  NFQUEUE: {
    num: word('--queue-num', number('queue', 65535)),
    balance: word('--queue-balance', pattern('queues', /^\d+:\d+$/, '0:3')),
    bypass: flag('--queue-bypass'),
    cpuFanout: flag('--queue-cpu-fanout'),
  },
  /** Sets the DSCP. */
  DSCP: {
    set: word('--set-dscp', any(number('DSCP', 63), pattern('a DSCP', /^0x[0-9a-f]+$/i, '0x2e'))),
    class: word('--set-dscp-class', pattern('a class', /^(BE|EF|AF[1-4][1-3]|CS[0-7])$/i, 'EF')),
  },
  /** Sets the type of service. */
  TOS: { set: word('--set-tos', plainWord('a type of service', '0x10')) },
  /** Chooses a class of tc. */
  CLASSIFY: { set: word('--set-class', pattern('a class', /^[0-9a-f]+:[0-9a-f]*$/i, '1:10')) },
  /** Fills in the checksum. */
  CHECKSUM: { fill: flag('--checksum-fill') },
  /** Adds to a set of ipset(8), or takes from it. */
  SET: {
    addSet: word('--add-set', plainWord('a set', 'web'), plainWord('what of the packet', 'src')),
    delSet: word('--del-set', plainWord('a set', 'web'), plainWord('what of the packet', 'src')),
    exist: flag('--exist'),
    timeout: word('--timeout', number('number of seconds')),
  },
} as const satisfies Record<string, Clauses>
