/** Nobody listens, where a rule of nat was to send it on: why that rule did not take it. */
import { plain, withPort } from '../address.ts'
import { chainLines, ruleText } from '../rules.ts'
import type { Situation } from '../situation.ts'
import { called } from '../stacks.ts'
import { mend, type Verdict } from '../verdict.ts'

/** What a rule demands, and the packet has not. */
interface Unmet {
  words: string
  /** The rule as it should be, without `-A CHAIN`. */
  better?: string
}

/** A condition of one line that a packet does not meet; undefined when it meets all that is looked at. */
function unmet(
  line: string,
  { protocol, iif, dst }: { protocol: string; iif: string; dst: string },
): Unmet | undefined {
  const rest = line.replace(/^-A \S+ /, '')
  const value = (option: string) => rest.match(new RegExp(`(! )?(?:^|\\s)-${option} (\\S+)`))
  const of = value('p')?.[2]
  if (of && of !== protocol)
    return {
      words: `is for ${of} (-p ${of})`,
      better: rest.replace(`-p ${of}`, `-p ${protocol}`).replace(`-m ${of}`, `-m ${protocol}`),
    }
  const by = value('i')
  if (by?.[2] && !by[1] && by[2] !== iif && !by[2].endsWith('+'))
    return {
      words: `has -i ${by[2]}, and it came by ${iif}`,
      better: rest.replace(`-i ${by[2]}`, `-i ${iif}`),
    }
  const to = value('d')?.[2]?.replace(/\/32$/, '')
  if (to && !to.includes('/') && plain(to) !== plain(dst))
    return { words: `has -d ${to}, and asked was ${dst}`, better: rest.replace(/-d \S+/, `-d ${dst}`) }
  return undefined
}

/** What kept a packet from the rules of nat: an earlier rule took it, or it is in no connection. */
async function before(
  { evidence: { facts }, stack, passages }: Situation,
  at: number,
  rest: string,
): Promise<{ hints: string[]; instead: Partial<Verdict> } | undefined> {
  const name = called(stack.place)
  const met = passages.flatMap(({ matches }) => matches).filter(({ table }) => /^(nat|raw)$/.test(table))
  for (const match of met) {
    const { json, save } = await facts.rules(stack, match.family, match.table)
    const { table, chain, number, text } = ruleText(match, json, save)
    if (table === 'nat' && chain === 'PREROUTING' && number !== undefined && number <= at)
      return {
        hints: [
          `Rule ${number} of nat PREROUTING of ${name} (${text}) takes it before rule ${at + 1}, which was to send it on.`,
        ],
        instead: mend(stack.place, [
          ...['iptables', '-t', 'nat', '-I', 'PREROUTING', String(number)],
          ...rest.split(' '),
        ]),
      }
    if (table === 'raw' && number !== undefined && / -j (NOTRACK\b|CT .*--notrack)/.test(text))
      return {
        hints: [
          `Rule ${number} of raw ${chain} of ${name} (${text}) takes it out of connection tracking, and nat is for connections only: rule ${at + 1} of nat PREROUTING is not asked.`,
        ],
        instead: mend(stack.place, ['iptables', '-t', 'raw', '-D', chain, String(number)]),
      }
  }
  return undefined
}

/** A rule of nat PREROUTING for that port, which this packet did not meet. */
export async function unusedNat(
  situation: Situation,
): Promise<{ hints: string[]; instead: Partial<Verdict> } | undefined> {
  const { evidence, stack, header, dev } = situation
  const { probe, facts, from } = evidence
  const port = header.dport ?? probe.port
  if (header.dst.includes(':')) return undefined
  const nat = await facts.saved(stack, 'nat')
  const lines = chainLines(nat, 'nat', 'PREROUTING')
  const at = lines.findIndex(
    (line) => new RegExp(`--dports? (\\S+,)?${port}(,|\\s)`).test(line) && /-j (DNAT|REDIRECT)\b/.test(line),
  )
  const line = lines[at]
  if (!line) return undefined
  const name = called(stack.place)
  const rule = `rule ${at + 1} of nat PREROUTING of ${name} (${line})`
  const words = (chain: string, rest: string) =>
    mend(stack.place, ['iptables', '-t', 'nat', '-A', chain, ...rest.split(' ')])
  const rest = line.replace(/^-A \S+ /, '')
  if (from === stack) {
    const mine = rest.replace(/(! )?-i \S+ /, '')
    return {
      hints: [`${rule} sends on what comes in; what ${name} itself sends passes nat OUTPUT, not PREROUTING.`],
      instead: words('OUTPUT', mine),
    }
  }
  const passedBy = await before(situation, at, rest)
  if (passedBy) return passedBy
  const why = unmet(line, { protocol: probe.protocol, iif: dev, dst: header.dst })
  if (!why) return undefined
  return {
    hints: [`${rule} did not take it: it ${why.words}.`],
    instead: why.better ? words('PREROUTING', why.better) : {},
  }
}

/** That nat had sent it on to another port, or another machine. */
export function translatedTo({ request, evidence }: Situation): string[] {
  const { target, probe } = evidence
  const last = request?.visits.at(-1)?.passages.at(-1)?.header
  if (!last || last.dport === undefined || probe.port === undefined) return []
  return last.dport === probe.port
    ? []
    : [
        `Asked was ${withPort(target, probe.port)}; a rule of nat had sent it on to ${withPort(last.dst, last.dport)} (DNAT or REDIRECT).`,
      ]
}
