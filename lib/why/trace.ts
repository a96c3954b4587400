/** The words of `nft -a monitor trace` as data: what a packet met at each hook of one network namespace. */
import { type Header, headerOf } from './packet.ts'

/** A rule that a packet matched. */
export interface Match {
  family: string
  table: string
  chain: string
  /** The number that nft gives a rule (`# handle 7`). */
  handle: number
  /** `accept`, `drop`, `jump DOCKER`, `return`, `continue`, … */
  verdict: string
  /** The rule in the words of nft. */
  text: string
}

/** A packet at one hook: what was there to be seen, and what the rules of one base chain did with it. */
export interface Passage {
  place: string
  /** When it was told, in milliseconds of performance.now(). */
  at: number
  family: string
  table: string
  chain: string
  iif?: string
  oif?: string
  header: Header
  matches: Match[]
  /** The policy of the chain, where no rule decided. */
  policy?: string
}

const line = /^trace id ([0-9a-f]+) (\S+) (\S+) (\S+) (packet:|rule|policy|verdict|unknown)\s?(.*)$/
const device = (text: string, name: 'iif' | 'oif') => text.match(new RegExp(`(?:^| )${name} "([^"]+)"`))?.[1]

/** Whether a table is one that a `why` made: nobody else's is called so. */
export const isOurs = (table: string): boolean => /^why_\d+_\d+$/.test(table)

/** The protocol of a packet, by the rule of ours that it matched on its way out; `error` is an ICMP error. */
function kindOf(rule: string): Header['protocol'] | 'error' | undefined {
  if (/\barp\b|\bnd-neighbor-/.test(rule)) return 'arp'
  if (/\bicmp(v6)? id\b/.test(rule)) return 'icmp'
  if (/\bicmp(v6)? type\b/.test(rule)) return 'error'
  return /\btcp\b/.test(rule) ? 'tcp' : /\budp\b/.test(rule) ? 'udp' : undefined
}

const fits = ({ protocol, type, echo }: Header, kind: ReturnType<typeof kindOf>): boolean =>
  kind === 'error'
    ? protocol === 'icmp' && !/^echo-/.test(type ?? '')
    : protocol === kind && (kind !== 'icmp' || echo !== undefined)

/**
 * What leaves an interface has no header where nft is of version 1.1: only the name of the interface is printed. The
 * header is the one that the same packet, by its number, had at the hook before; of a copy that a switch made, which
 * has a number of its own, the one that was told last. An ARP request is made here, and so has none: that it is one is
 * told by the rule that it matched.
 */
export function headers() {
  const byId = new Map<string, Header>()
  const latest = new Map<string, Header>()
  const waiting: Array<{ id: string; retry: () => boolean }> = []
  const found = (place: string, id: string, rule: string): Header | undefined => {
    const kind = kindOf(rule)
    const known = [byId.get(id), latest.get(place)].find((header) => header && fits(header, kind))
    if (known) {
      const { mac: _, ...header } = known // the frame that leaves is for another one
      return header
    }
    return kind === 'arp' ? { protocol: 'arp', src: '', dst: '', arp: 'request' } : undefined
  }
  return {
    keep(place: string, id: string, header: Header) {
      byId.set(id, header)
      latest.set(place, header)
      for (const one of waiting.filter((one) => one.id === id))
        if (one.retry()) waiting.splice(waiting.indexOf(one), 1)
    },
    /** Tells the header of a packet that left, once it is known: a macvlan's leaves by its parent, in another place. */
    of(place: string, id: string, rule: string, tell: (header: Header) => void): boolean {
      const retry = (): boolean => {
        const header = found(place, id, rule)
        if (header) tell(header)
        return header !== undefined
      }
      if (retry()) return true
      waiting.push({ id, retry })
      return false
    },
    /** How many left, and nothing told what they were. */
    unknown: () => waiting.length,
  }
}

/**
 * Reads the trace of a place line by line, made visible by a table of one's own, and tells each passage as it begins; its matches and policy follow in the
 * same object. Lines of a kind that is not known are passed over: newer versions of nft have more of them. `dark` is called for what left, and nothing
 * tells what it was.
 */
export function traceReader(
  place: string,
  own: string,
  found: (passage: Passage) => void,
  dark: (dev: string) => void = () => {},
  kept = headers(),
): (text: string) => void {
  const last = new Map<string, Passage>()
  const left = new Map<string, Omit<Passage, 'header'>>()
  const tell = (id: string, passage: Passage) => {
    last.set(id, passage)
    found(passage)
  }
  return (text) => {
    const [, id = '', family = '', table = '', chain = '', kind, rest = ''] = text.match(line) ?? []
    if (kind === 'packet:') {
      last.delete(id)
      left.delete(id)
      // A packet of ours passes the tables of another `why`, too.
      if (isOurs(table) && table !== own) return
      const header = headerOf(rest)
      const iif = device(rest, 'iif')
      const oif = device(rest, 'oif')
      const seen = {
        ...{ place, at: performance.now(), family, table, chain, matches: [] },
        ...(iif === undefined ? {} : { iif }),
        ...(oif === undefined ? {} : { oif }),
      }
      if (header) {
        kept.keep(place, id, header)
        // The last hook of routing stands in for the way out, where that cannot be seen; else it only shows the header.
        if (chain !== 'after') tell(id, { ...seen, header })
      } else if (family === 'netdev' && oif !== undefined) left.set(id, seen)
    } else if (kind === 'rule') {
      const [, words = '', handle = '0', verdict = ''] =
        rest.match(/^(.*?) # handle (\d+) \(verdict (.*)\)/) ?? []
      const seen = left.get(id)
      if (seen && table === own) {
        left.delete(id)
        const known = kept.of(place, id, words, (header) => tell(id, { ...seen, header }))
        if (!known) dark(seen.oif ?? '')
      }
      last.get(id)?.matches.push({ family, table, chain, handle: Number(handle), verdict, text: words })
    } else if (kind === 'policy') {
      const passage = last.get(id)
      if (passage) passage.policy = rest.trim()
    }
  }
}

/** The verdict that ended a packet at a hook; undefined when it went on. */
export function death(passage: Passage): Match | 'policy' | undefined {
  if (passage.policy === 'drop') return 'policy'
  return passage.matches.find(({ verdict }) => /^(drop|reject|queue|stolen)/.test(verdict))
}
