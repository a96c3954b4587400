/** The words behind `-j`: what each target takes, and where it may stand, as iptables-extensions(8) has it. */
import { BadInput } from '../../errors.ts'
import { chainName, cidr, ipv4, port, whole } from '../names.ts'
import { must, needed, oneLine, oneOf, options as readOptions, show, text } from '../values.ts'
import { isTarget, rejections, type Table, type TargetOptions, tables } from './table.ts'

/** An address with or without prefix length, as `-s` and `-d` take it. */
export const addressOrSubnet = (value: string): string =>
  text(value, 'an address or a subnet').includes('/') ? cidr(value) : ipv4(value)

/** Refuses what a rule can have only after `-p` with one of some protocols. */
export function needsProtocol(has: string | undefined, wanted: readonly string[], what: string): void {
  if (has === undefined || !wanted.includes(has))
    throw new BadInput(`${what} needs a protocol before it: -p ${wanted.join(' or -p ')}`)
}

/** One port, or a range of them, in digits. */
function portRange(value: string, whole: string): void {
  must(/^\d+(-\d+)?$/.test(value), whole, 'is not ADDRESS or ADDRESS:PORT, as in 10.0.0.2:80')
  for (const number of value.split('-')) port(Number(number))
}

/** An address, a range of them, and ports, as --to-destination and --to-source take them. */
function natTarget(to: string, protocol: string | undefined): string {
  text(to, 'ADDRESS or ADDRESS:PORT')
  const [addresses = '', ports, ...rest] = to.split(':')
  for (const address of addresses.split('-')) ipv4(address)
  if (rest.length > 0) throw new BadInput(`${show(to)} is not ADDRESS or ADDRESS:PORT`)
  if (ports !== undefined) {
    portRange(ports, to)
    needsProtocol(protocol, ['tcp', 'udp'], `the port of ${show(to)}`)
  }
  return to
}

/** The kernel keeps 30 bytes for a prefix, with the NUL at its end (xt_LOG.h). */
function logPrefix(prefix: string): string {
  oneLine(prefix, 'a prefix for the log')
  must(Buffer.byteLength(prefix) <= 29, prefix, 'is longer than 29 bytes')
  return prefix
}

type OptionWords<O> = {
  keys: readonly string[]
  words: (options: O, protocol: string | undefined) => string[]
}

const optionsOf: { [G in keyof TargetOptions]?: OptionWords<NonNullable<TargetOptions[G]>> } = {
  REJECT: {
    keys: ['with'],
    words: ({ with: answer }, protocol) => {
      if (answer === undefined) return []
      if (answer === 'tcp-reset') needsProtocol(protocol, ['tcp'], answer)
      return ['--reject-with', oneOf(answer, 'an answer of REJECT', rejections)]
    },
  },
  LOG: {
    keys: ['prefix'],
    words: ({ prefix }) => (prefix === undefined ? [] : ['--log-prefix', logPrefix(prefix)]),
  },
  SNAT: { keys: ['to'], words: ({ to }, p) => ['--to-source', natTarget(needed(to, 'SNAT', 'to'), p)] },
  DNAT: { keys: ['to'], words: ({ to }, p) => ['--to-destination', natTarget(needed(to, 'DNAT', 'to'), p)] },
  REDIRECT: {
    keys: ['port'],
    words: (given, protocol) => {
      const to = port(needed(given.port, 'REDIRECT', 'port'))
      needsProtocol(protocol, ['tcp', 'udp'], 'REDIRECT to a port')
      return ['--to-ports', String(to)]
    },
  },
  MARK: {
    keys: ['set'],
    words: ({ set }) => [
      '--set-mark',
      String(whole(needed(set, 'MARK', 'set'), 'packet mark', 0, 0xffffffff)),
    ],
  },
  TCPMSS: {
    keys: ['clamp'],
    words: ({ clamp }, protocol) => {
      oneOf(needed(clamp, 'TCPMSS', 'clamp'), 'what TCPMSS clamps to', ['pmtu'])
      needsProtocol(protocol, ['tcp'], 'TCPMSS')
      return ['--clamp-mss-to-pmtu']
    },
  },
}

/** A target of this table and chain with its options, or a user's chain. */
export function targetWords(
  table: Table,
  chain: string,
  target: string,
  options: object | undefined,
  protocol: string | undefined,
): string[] {
  chainName(target)
  const chains: Readonly<Record<string, readonly string[]>> = tables[table]
  // In a user's chain all targets of the table are allowed: which hook the packet comes from is not known.
  const allowed = Object.hasOwn(chains, chain) ? chains[chain] : undefined
  const here = allowed ?? Object.values(chains).flat()
  if (isTarget(target) && !here.includes(target))
    throw new BadInput(
      `${target} has no place in ${chain} of table ${table}: it takes ${[...new Set(here)].join(', ')}`,
    )
  if (Object.values(tables).some((own) => Object.hasOwn(own, target)))
    throw new BadInput(`${target} is a built-in chain: no rule can jump to it`)
  const known = Object.hasOwn(optionsOf, target) ? optionsOf[target as keyof TargetOptions] : undefined
  const { keys, words } = (known ?? { keys: [], words: () => [] }) as unknown as OptionWords<object>
  return [
    target,
    ...words(readOptions<Record<string, unknown>>(options as never, target, [...keys]), protocol),
  ]
}
