/** Addresses that the kernel does not take from where they come: forged, it says. */
import { familyOf, isLoopback, isMulticast } from '../address.ts'
import type { CauseClass } from '../situation.ts'
import { called } from '../stacks.ts'
import { confKey, mend, typed, verdict } from '../verdict.ts'
import { setting } from './arp.ts'
import { cameBy } from './routes.ts'

/** An address that is never forwarded. */
export const isProxyless = (address: string): boolean => isMulticast(address) || address === '255.255.255.255'

/** It was sent on to 127.0.0.1, from outside. */
export const localnet: CauseClass = {
  at: ['entered', 'unanswered'],
  async find({ evidence, stack, packet, header, dev }) {
    if (familyOf(header.dst) === 6 || !isLoopback(header.dst) || dev === '' || dev === 'lo') return undefined
    const key = confKey(4, dev, 'route_localnet')
    const all = confKey(4, 'all', 'route_localnet')
    const values = await Promise.all([key, all].map((one) => evidence.facts.value(stack, one)))
    if (values.includes('1')) return undefined
    return verdict(stack, packet, {
      cause: 'route_localnet',
      says: `the ${packet} came in by ${dev} and is for ${header.dst}, by a rule of nat: ${called(stack.place)} takes nothing for 127.0.0.0/8 from outside (route_localnet of ${dev} is 0)`,
      see: typed(stack.place, ['sysctl', key, all]),
      ...mend(stack.place, ['sysctl', '-w', `${key}=1`]),
      hints: [
        'It makes services of 127.0.0.1 reachable from that link. Better: let the service listen on an address of the machine.',
      ],
    })
  },
}

/** The way back is another one. */
export const rpFilter: CauseClass = {
  at: ['entered'],
  async find(situation) {
    const { evidence, stack, packet, header, dev } = situation
    const { facts } = evidence
    if (familyOf(header.dst) === 6) return undefined
    const route = await facts.route(stack, header.dst, cameBy(situation))
    if (route.ok || !/Invalid|cross-device/i.test(route.said)) return undefined
    const filter = await setting(situation, stack, dev, 'rp_filter')
    if (filter === 0) return undefined
    const back = await facts.route(stack, header.src)
    // Strict: by another interface. Loose: by none.
    if (filter === 1 ? back.ok && back.dev === dev : back.ok) return undefined
    const keys = [confKey(4, dev, 'rp_filter'), confKey(4, 'all', 'rp_filter')]
    const way = back.ok ? `its own way there is another one, by ${back.dev}` : 'it has no way there'
    return verdict(stack, packet, {
      cause: 'rp_filter',
      says: `${called(stack.place)} takes nothing from ${header.src} on ${dev}: ${way} (rp_filter is ${filter})`,
      see: typed(stack.place, ['sysctl', ...keys]),
      ...mend(stack.place, ['sysctl', '-w', ...keys.map((key) => `${key}=0`)]),
    })
  },
}
