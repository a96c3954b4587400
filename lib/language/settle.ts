/**
 * Waits until the addresses of IPv6 are in use: a new one is tentative for a second or so, in which the kernel asks the
 * link whether another has it (duplicate address detection, RFC 4862), and neither sends from it nor answers for it.
 */
import { type Command, command, type Place, unwatched } from './command.ts'
import { looks, made } from './effects.ts'

/** Whether an address is tentative: of a link without a cable it stays so, and one that another has is not waited for. */
const tentative = 'ip -6 addr show up tentative -dadfailed | grep -q LOWER_UP'

/** The same in a container, whose ip may be that of busybox: it knows no such filters. */
const tentativeInside = 'ip -6 addr show | grep tentative | grep -qv dadfailed'

const waiting = ({ kind, name, server, daemon }: Place): Command => {
  const asks = kind === 'container' ? tentativeInside : tentative
  const line = `timeout 2 sh -c "while ${asks}; do sleep 0.05; done" || :`
  const place: Place = { kind, name, server, ...(daemon && { daemon }) }
  return unwatched(() => command(place, ['sh', '-c', line], looks))
}

const keyOf = ({ server, kind, name }: Place): string => `${server} ${kind} ${name}`

/**
 * Whether it gives an interface an address of IPv6. One with `nodad` is in use at once; the interface's own (fe80::) is not,
 * and without that a router asks for no neighbour.
 */
const addsAddress = (one: Command): boolean => made(one, 'address').some(({ name }) => name.includes(':'))

/** Whether it makes a network of Docker with IPv6, or the daemon has one by itself. */
const addsNetwork = (one: Command): boolean =>
  (made(one, 'network').length > 0 && one.argv.includes('--ipv6')) || one.place.daemon?.ipv6 === true

/** Whether it plugs a cable into a bridge of Docker, which asks about its own addresses when it has the first. */
const plugsContainer = (one: Command): boolean =>
  made(one, 'container').length > 0 || made(one, 'endpoint').length > 0

/** Tells for one step after the other what is to be waited for when it is done. */
export function settling(): (commands: readonly Command[]) => Command[] {
  const places = new Set<string>()
  const networks = new Set<string>()
  return (commands) => {
    const waits = new Map<string, Command>()
    for (const each of commands) {
      const { place } = each
      if (place.kind === 'lan') continue
      const key = keyOf(place)
      const added = addsAddress(each)
      if (added) places.add(key)
      if (addsNetwork(each)) networks.add(place.server)
      const up = each.does.some((effect) => effect.does === 'sets' && effect.kind === 'link')
      const plugged = networks.has(place.server) && plugsContainer(each)
      if ((places.has(key) && (added || up)) || plugged) waits.set(key, waiting(place))
    }
    return [...waits.values()]
  }
}
