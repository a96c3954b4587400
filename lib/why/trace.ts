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

/**
 * Reads the trace of a place line by line, made visible by a table of one's own, and tells each passage as it begins; its matches and policy follow in the
 * same object. Lines of a kind that is not known are passed over: newer versions of nft have more of them.
 */
export function traceReader(
  place: string,
  own: string,
  found: (passage: Passage) => void,
): (text: string) => void {
  const last = new Map<string, Passage>()
  return (text) => {
    const [, id = '', family = '', table = '', chain = '', kind, rest = ''] = text.match(line) ?? []
    if (kind === 'packet:') {
      const header = headerOf(rest)
      // A packet of ours passes the tables of another `why`, too.
      const alien = table.startsWith('why_') && table !== own
      if (!header || alien) return void last.delete(id)
      const iif = device(rest, 'iif')
      const oif = device(rest, 'oif')
      const passage: Passage = {
        ...{ place, at: performance.now(), family, table, chain, header, matches: [] },
        ...(iif === undefined ? {} : { iif }),
        ...(oif === undefined ? {} : { oif }),
      }
      last.set(id, passage)
      found(passage)
    }
    const passage = last.get(id)
    if (!passage) return
    if (kind === 'rule') {
      const [, words = '', handle = '0', verdict = ''] =
        rest.match(/^(.*?) # handle (\d+) \(verdict (.*)\)/) ?? []
      passage.matches.push({ family, table, chain, handle: Number(handle), verdict, text: words })
    } else if (kind === 'policy') passage.policy = rest.trim()
  }
}

/** The verdict that ended a packet at a hook; undefined when it went on. */
export function death(passage: Passage): Match | 'policy' | undefined {
  if (passage.policy === 'drop') return 'policy'
  return passage.matches.find(({ verdict }) => /^(drop|reject|queue|stolen)/.test(verdict))
}
