/** What a route wraps packets in, as `encap` of ip-route(8) has it: a table for each kind. */
import { BadInput } from '../../errors.ts'
import { type Clause, type Clauses, commaList, flag, last, needed, word } from '../grammar/clause.ts'
import { address, address4, address6, ifname, oneOf, pattern, routingTable, whole } from '../grammar/kinds.ts'
import { listed } from '../grammar/nearest.ts'
import { type Options, optionsOf, optionWords } from '../grammar/options.ts'
import { entryOf, readClauses } from '../grammar/read.ts'
import { show } from '../values.ts'

const byte = (says: string) => whole(says, 0, 255)
const labels = pattern('labels', /^\d+(\/\d+)*$/, '100', '100/200')
const key = whole('key', 0, 0xffffffff)
const id = word('id', whole('number of a tunnel', 0, Number.MAX_SAFE_INTEGER))

/** Segments of the Segment Routing Header, with commas between them. */
const segments = commaList('segs', address6)
/** The same behind the word of the header: `srh segs A,B`. */
const header: Clause<string[]> = {
  ...segments,
  words: ['srh'],
  print: (all) => ['srh', ...segments.print(all as never)],
  read: ([word, ...behind]) => {
    const read = word === 'segs' ? segments.read(behind, word) : undefined
    return read && { args: read.args, used: read.used + 1 }
  },
}

/** Each kind, with what it takes. */
export const encaps = {
  /** Segment routing by IPv6: the way that packets take, segment by segment (RFC 8754) */
  seg6: {
    /** How they are wrapped: `mode` */
    mode: needed(word('mode', oneOf('mode', 'encap', 'inline', 'encap.red', 'l2encap', 'l2encap.red'))),
    /** The segments, the first one first: `segs` */
    segs: needed(segments),
    /** The key that signs the header: `hmac` */
    hmac: word('hmac', key),
  },
  /** What is done with packets that are for a segment of this machine (RFC 8986) */
  seg6local: {
    /** What is done: `action` */
    action: needed(
      word(
        'action',
        oneOf(
          'action',
          ...(['End', 'End.X', 'End.T', 'End.DX2', 'End.DX4', 'End.DX6', 'End.DT4', 'End.DT6'] as const),
          ...(['End.DT46', 'End.B6', 'End.B6.Encaps', 'End.BM', 'End.S', 'End.AS', 'End.AM'] as const),
        ),
      ),
    ),
    /** The segments that are put before: `srh segs` */
    srh: header,
    /** The routing table: `table` */
    table: word('table', routingTable),
    /** The table of a VRF: `vrftable` */
    vrftable: word('vrftable', routingTable),
    /** The next IPv4 router: `nh4` */
    nh4: word('nh4', address4),
    /** The next IPv6 router: `nh6` */
    nh6: word('nh6', address6),
    /** The interface that it comes in by: `iif` */
    iif: word('iif', ifname),
    /** The interface that it goes out of: `oif` */
    oif: word('oif', ifname),
    /** Kinds of the action: `flavors` */
    flavors: commaList('flavors', oneOf('flavor', 'psp', 'usp', 'usd', 'next-csid')),
    /** How many bits the locator has: `lblen` */
    lblen: word('lblen', byte('bits')),
    /** How many bits the function has: `nflen` */
    nflen: word('nflen', byte('bits')),
    /** Counts packets: `count` */
    count: flag('count'),
  },
  /** A tunnel by IPv4, through a link of type `external` */
  ip: {
    id,
    /** The other end: `dst` */
    dst: word('dst', address),
    /** This end: `src` */
    src: word('src', address),
    tos: word(['tos', 'dsfield'], byte('type of service')),
    ttl: word('ttl', byte('TTL')),
  },
  /** The same by IPv6 */
  ip6: {
    id,
    dst: word('dst', address6),
    src: word('src', address6),
    tc: word(['tc', 'dsfield', 'tos'], byte('traffic class')),
    hoplimit: word('hoplimit', byte('hop limit')),
  },
  /** MPLS labels, the outermost first: `100/200` */
  mpls: {
    labels: needed(word([], labels)),
    ttl: word('ttl', byte('TTL')),
  },
  /** XFRM, as IPsec: through a link of type xfrm */
  xfrm: {
    if_id: needed(word('if_id', whole('number of an xfrm link', 1, 0xffffffff))),
    link_dev: word('link_dev', ifname),
  },
} as const satisfies Record<string, Clauses>

/** What each kind needs and may have. */
export type Encaps = { [K in keyof typeof encaps]: Options<(typeof encaps)[K]> }

function table(kind: string): Clauses {
  const known = typeof kind === 'string' && Object.hasOwn(encaps, kind)
  if (!known)
    throw new BadInput(
      `${show(kind)} is nothing to wrap packets in: ${listed(String(kind), Object.keys(encaps))}`,
    )
  return encaps[kind as keyof typeof encaps] as Clauses
}

/** How many of the words belong to it: up to the first that is none of its own, as ip(8) takes them. */
function ownWords(clauses: Clauses, words: readonly string[]): number {
  let at = 0
  for (let said = words[0]; said !== undefined; said = words[at]) {
    const [, entry] = entryOf(clauses, said) ?? []
    const taken = entry?.read(words.slice(at + 1), said)
    if (taken) at += 1 + taken.used
    else if (at === 0 && Object.values(clauses).some(({ words }) => words.length === 0)) at = 1
    else break
  }
  return at
}

/** `encap KIND …`: it is printed last, since words of a route behind it would be taken for its own. */
export const encap = last({
  words: ['encap'],
  kinds: [],
  shape: 'values',
  takes: 2,
  print([kind, options = {}]) {
    return ['encap', kind, ...optionWords(table(kind), options, `encap ${kind}`)]
  },
  read([kind = '', ...words]) {
    if (!Object.hasOwn(encaps, kind)) return undefined
    const clauses = table(kind)
    const own = words.slice(0, ownWords(clauses, words))
    const calls = readClauses(clauses, own)
    const options = calls && optionsOf(clauses, calls)
    return options && { args: [kind, options], used: 1 + own.length }
  },
} satisfies Clause<[kind: string, options?: object]>)
