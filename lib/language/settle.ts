/**
 * Waits until the addresses of IPv6 are in use: a new one is tentative for a second or so, in which the kernel asks the
 * link whether another has it (duplicate address detection, RFC 4862), and neither sends from it nor answers for it.
 */
import { type Command, command, type Place, unwatched } from './command.ts'
import { looks, made } from './effects.ts'

/** Two seconds at most: an address of a link without a cable stays tentative. */
const line =
  'timeout 2 sh -c "while ip -6 addr show up tentative -dadfailed | grep -q .; do sleep 0.05; done" || :'

const waiting = ({ kind, name, server }: Place): Command =>
  unwatched(() => command({ kind, name, server }, ['sh', '-c', line], looks))

const keyOf = ({ server, kind, name }: Place): string => `${server} ${kind} ${name}`

/** Tells for one step after the other what is to be waited for when it is done. A container's addresses are in use at once. */
export function settling(): (commands: readonly Command[]) => Command[] {
  const places = new Set<string>()
  return (commands) => {
    const waits = new Map<string, Command>()
    for (const each of commands) {
      if (each.place.kind === 'container' || each.place.kind === 'lan') continue
      const key = keyOf(each.place)
      const added =
        made(each, 'address').some(({ name }) => name.includes(':')) && !each.argv.includes('nodad')
      if (added) places.add(key)
      const up = each.does.some((effect) => effect.does === 'sets' && effect.kind === 'link')
      if (places.has(key) && (added || up)) waits.set(key, waiting(each.place))
    }
    return [...waits.values()]
  }
}
