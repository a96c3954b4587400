/** A report for people: each place, what the packet met there, and the verdict. */
import colors from 'picocolors'
import type { RuleText } from '../why/rules.ts'
import type { Step, Way } from '../why/steps.ts'
import type { Report } from '../why/why.ts'

const titles = { request: 'the request', reply: 'the reply', error: 'an error, on its way back' }

/** Words of a rule without the program and the table, which stand before it. */
const shortRule = ({ text }: RuleText): string =>
  text
    .replace(/^(ip6?|eb)tables(-legacy)? (-t \S+ )?(-A \S+ ?)?/, '')
    .replace(/^nft add rule \S+ \S+ \S+ /, '')
const where = ({ table, chain, number }: RuleText): string =>
  `${table} ${chain}${number === undefined ? ' policy' : ` ${number}`}`

/** What a step is called, what there is to say of it, and more, which may need a line of its own. */
function stepText(step: Step): [name: string, text: string, more?: string] {
  switch (step.kind) {
    case 'made':
      return ['made', 'here']
    case 'in':
    case 'out':
      return [step.kind, step.dev, step.ttl === undefined ? '' : `ttl ${step.ttl}`]
    case 'switched':
      return ['switch', step.bridge, 'passes it on by its MAC address']
    case 'route':
      return ['route', step.text]
    case 'rule':
      return [step.verdict.startsWith('accept') ? 'rule' : '✗ rule', where(step.rule), shortRule(step.rule)]
    case 'nat':
      return ['NAT', step.before, `⇒ ${step.after}`]
    case 'mine':
      return ['here', 'the address is its own', step.address]
  }
}

const paint = (name: string): ((text: string) => string) =>
  name.startsWith('✗') ? colors.red : name === 'NAT' ? colors.yellow : (text) => text

/** A long way is cut in the middle: its end tells where it died, and a routing loop passes the same places again and again. */
const rounds = { first: 8, last: 4 }

/** The lines of a way, in at most 80 columns where the words allow it. */
function wayLines({ packet, places }: Way, columns: number): string[] {
  const width = Math.max(...places.map(({ place }) => place.length)) + 2
  const left = places.length - rounds.first - rounds.last
  const shown =
    left > 1 ? places.filter((_, i) => i < rounds.first || i >= places.length - rounds.last) : places
  const lines = shown.map(({ place, steps }) =>
    steps.flatMap((step, i) => {
      const [name, text, more = ''] = stepText(step)
      const label = (i === 0 ? place : '').padEnd(width)
      const color = paint(name)
      const line = `  ${colors.bold(label)}${color(`${name.padEnd(8)}${text}`)}`
      if (more === '') return [line]
      const fits = 2 + width + 8 + text.length + 2 + more.length <= columns
      const dim = name.startsWith('✗') || name === 'NAT' ? color : colors.dim
      return fits ? [`${line}  ${dim(more)}`] : [line, `${' '.repeat(2 + width + 8)}${dim(more)}`]
    }),
  )
  if (left > 1) lines.splice(rounds.first, 0, [colors.dim(`  … ${left} places more`)])
  return [colors.dim(titles[packet]), ...lines.flat()]
}

/** `ping`, `tcp port 80`. */
const asked = ({ question: { port, udp } }: Report): string =>
  port === undefined ? 'ping' : `${udp ? 'udp' : 'tcp'} port ${port}`

/** Breaks a sentence into lines of so many columns; those after the first are indented. */
function wrapped(text: string, columns: number): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(last === undefined ? word : `  ${word}`)
  }
  return lines.join('\n')
}

/** The verdict as a sentence. */
function verdictText({ verdict: { status, place, says } }: Report, columns: number): string {
  const [head, color] =
    status === 'delivered'
      ? (['✓ delivered', colors.green] as const)
      : status === 'unknown'
        ? ([`? unknown, last seen in ${place}`, colors.yellow] as const)
        : status === 'refused'
          ? ([`✗ refused in ${place}`, colors.yellow] as const)
          : ([`✗ died in ${place}`, colors.red] as const)
  return wrapped(`${head}: ${says}`, columns).replace(head, color(head))
}

/** The rule as typed on the server: in the namespace where the line below it looks, too. */
const typedRule = ({ rule, see }: Report['verdict']): string | undefined =>
  rule && `${see?.match(/^(ip netns exec \S+ |nsenter .* -n )/)?.[1] ?? ''}${rule.text}`

/** The report as text. With `hint` only the place is told, so that the rest can be found by oneself. */
export function reportText(report: Report, hint = false): string {
  const { question, ways, verdict, blind, mtu, ms } = report
  const narrow = mtu !== undefined && (mtu.mtu < 1500 || question.size !== undefined)
  const columns = Math.max(80, process.stdout.columns ?? 80)
  const address = question.address && question.address !== question.to ? ` (${question.address})` : ''
  const head = `${colors.bold(`${question.from} → ${question.to}`)}${address}  ${asked(report)}`
  if (hint)
    return `${head}\n${verdict.status === 'delivered' ? 'It arrives, and the reply comes back.' : `${verdict.status === 'unknown' ? 'It was last seen' : 'It ends'} in ${verdict.place}${verdict.packet === 'reply' ? ', on the way back' : ''}.`}\n`
  const more: Array<[string, string | undefined]> = [
    ['the rule', typedRule(verdict)],
    ['see it', verdict.see],
    ['undo it', verdict.undo],
    ['kernel', verdict.kernel],
  ]
  return [
    head,
    '',
    ...ways.flatMap((way) => [...wayLines(way, columns), '']),
    `${verdictText(report, columns - 8)}  ${colors.dim(`${(ms / 1000).toFixed(2)} s`)}`,
    ...more.flatMap(([name, text]) => (text ? [`  ${name.padEnd(9)} ${text}`] : [])),
    ...(verdict.hints ?? []).map((hint) => colors.dim(wrapped(`  ${hint}`, columns))),
    ...(narrow
      ? [colors.dim(`  The smallest MTU of the way: ${mtu?.mtu} (${mtu?.dev} of ${mtu?.place})`)]
      : []),
    ...(blind ? [colors.yellow(blind)] : []),
    '',
  ].join('\n')
}
