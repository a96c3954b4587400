/** The words behind `-j`: what each target takes, and where it may stand, as iptables-extensions(8) has it. */
import { BadInput } from '../../errors.ts'
import type { Clauses } from '../grammar/clause.ts'
import { anyAddress, anyCidr, isIpv6, maskLength } from '../grammar/kinds.ts'
import { optionWords } from '../grammar/options.ts'
import { chainName } from '../names.ts'
import { hasRef } from '../ref.ts'
import { show, text } from '../values.ts'
import { isTarget, type Table, tables } from './table.ts'
import { natParts, targetOptions } from './target-options.ts'

/** The program, which says of which family the addresses are. */
export type Program = 'iptables' | 'ip6tables'

/** One address, a subnet, one with a mask, or a name. */
function oneAddress(value: string, program: Program): void {
  if (hasRef(value)) return
  const [address = '', prefix = ''] = value.split('/')
  if (value.includes('/') && maskLength(prefix) === undefined) anyCidr(value)
  else anyAddress(address)
  if (isIpv6(address) !== (program === 'ip6tables'))
    throw new BadInput(
      `${show(value)} is of the other family: say ${program === 'iptables' ? 'ip6tables' : 'iptables'}`,
    )
}

/** Addresses with or without prefix length, as `-s` and `-d` take them: one, or several with commas between them. */
export function addressOrSubnet(value: string, program: Program): string {
  for (const one of text(value, 'an address or a subnet').split(',')) oneAddress(one, program)
  return value
}

/** Refuses what a rule can have only after `-p` with one of some protocols. */
export function needsProtocol(has: string | undefined, wanted: readonly string[], what: string): void {
  if (has === undefined || !wanted.includes(has))
    throw new BadInput(`${what} needs a protocol before it: -p ${wanted.join(' or -p ')}`)
}

/** What a target asks of the rest of its rule. */
function checkAgainst(
  target: string,
  given: Readonly<Record<string, unknown>>,
  protocol: string | undefined,
  program: Program,
): void {
  const ports = ['tcp', 'udp', 'sctp', 'dccp']
  if (target === 'REJECT' && given.with === 'tcp-reset') needsProtocol(protocol, ['tcp'], 'tcp-reset')
  if (
    target === 'REJECT' &&
    given.with !== undefined &&
    given.with !== 'tcp-reset' &&
    String(given.with).startsWith('icmp6') !== (program === 'ip6tables')
  )
    throw new BadInput(`${program} has no answer ${show(given.with)}: it is one of the other family`)
  if (target === 'REDIRECT') needsProtocol(protocol, ports, 'REDIRECT to a port')
  if (target === 'MASQUERADE' && given.toPorts !== undefined)
    needsProtocol(protocol, ports, 'MASQUERADE with ports')
  if (target === 'TCPMSS') {
    needsProtocol(protocol, ['tcp'], 'TCPMSS')
    if (given.clamp === undefined && given.mss === undefined) throw new BadInput('TCPMSS needs clamp, or mss')
  }
  if (target === 'MARK' && Object.keys(given).length === 0) throw new BadInput('MARK needs set')
  if ((target === 'SNAT' || target === 'DNAT') && typeof given.to === 'string' && !hasRef(given.to)) {
    const { addresses, ports: some } = natParts(given.to)
    if (some !== undefined) needsProtocol(protocol, ports, `the port of ${show(given.to)}`)
    for (const one of addresses)
      if (isIpv6(one) !== (program === 'ip6tables'))
        throw new BadInput(`${show(given.to)} is of the other family than ${program}`)
  }
}

/** A target of this table and chain with its options, or a user's chain. */
export function targetWords(
  program: Program,
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
  const known: Clauses = Object.hasOwn(targetOptions, target)
    ? targetOptions[target as keyof typeof targetOptions]
    : {}
  const words = optionWords(known, options ?? {}, target)
  checkAgainst(target, (options ?? {}) as Record<string, unknown>, protocol, program)
  return [target, ...words]
}
