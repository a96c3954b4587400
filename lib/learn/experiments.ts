/** Things to try in a lab: each one line that breaks something, in a place, and one that takes it back. Text alone. */
import type { Place } from '../language/command.ts'
import { quote } from '../language/shell.ts'
import { called, type Link, peerOf, type Stack } from '../why/stacks.ts'

/** Something to try. */
export interface Experiment {
  /** How it is called: `cut-server1-r0-net1`. */
  id: string
  title: string
  /** What there is to see. */
  see: string
  place: Place
  /** A line of shell, as typed in the place. */
  does: string
  /** A line of shell that prints, before anything is changed, the line that takes it back. */
  back: string
}

type Part = Omit<Experiment, 'place'>

const wired = ({ links }: Stack): Link[] => links.filter(({ name, up }) => name !== 'lo' && up)
const addressed = (stack: Stack): Link[] => wired(stack).filter(({ addresses }) => addresses.length > 0)

/** A line that puts a setting of the kernel back to what it is now. */
const kept = (key: string): string => `printf 'sysctl -qw ${key}=%s' "$(sysctl -n ${key})"`

/** A cable that is cut here loses the routes and the addresses of IPv6 that lead over it: they come back with it. */
function cut(stack: Stack, link: Link, all: readonly Stack[]): Part {
  const dev = quote(link.name)
  const other = peerOf(all, stack, link)
  const far = other && called(other.stack.place)
  const again = (family: 4 | 6) =>
    `ip -${family} -o route show dev ${dev} | grep -v 'proto kernel' | sed 's/ linkdown//g; s/^/; ip -${family} route replace /; s/ *$/ dev '${dev}'/' | tr -d '\\n'`
  const address = `ip -6 -o addr show dev ${dev} scope global | sed -E 's/.* inet6 ([^ ]+).*/; ip addr replace \\1 dev '${dev}' nodad/' | tr -d '\\n'`
  return {
    id: `cut-${called(stack.place)}-${link.name}`,
    title: far ? `Cut the cable to ${far}` : `Cut the cable at ${link.name} of ${called(stack.place)}`,
    see: 'All that goes over it is lost. At the other end the interface is up, and says NO-CARRIER.',
    does: `ip link set ${dev} down`,
    back: `printf 'ip link set %s up' ${dev}; ${address}; ${again(4)}; ${again(6)}`,
  }
}

/** Whether a cable is cut at this end: on its server, or, between two namespaces, at the first of them. */
function isCutHere(stack: Stack, link: Link, all: readonly Stack[]): boolean {
  if (stack.place.kind === 'server') return true
  const far = peerOf(all, stack, link)?.stack
  return far?.place.kind === 'netns' && called(stack.place) < called(far.place)
}

/** What may be tried in any place that has an address. */
function inPlace(stack: Stack): Part[] {
  const name = called(stack.place)
  const [link] = addressed(stack)
  if (!link) return []
  const rule = 'OUTPUT -m conntrack --ctdir REPLY -j DROP'
  const dev = quote(link.name)
  return [
    {
      id: `replies-${name}`,
      title: `Drop only the replies of ${name}`,
      see: `${name} still gets what is sent to it, and asks others; who asks it hears nothing.`,
      does: `iptables -I ${rule}`,
      back: `printf %s 'iptables -D ${rule}'`,
    },
    ...(stack.place.kind === 'netns' && (link.mtu ?? 1500) > 1280
      ? [
          {
            id: `mtu-${name}`,
            title: `A smaller MTU at ${link.name} of ${name}`,
            see: 'Small packets pass. Of large ones each is cut, or a sender is told that 1280 bytes are the most.',
            does: `ip link set ${dev} mtu 1280`,
            back: `printf %s 'ip link set ${dev} mtu ${link.mtu ?? 1500}'`,
          },
        ]
      : []),
  ]
}

/** What may be tried where packets are passed on. */
function inRouter(stack: Stack): Part[] {
  const name = called(stack.place)
  if (addressed(stack).length < 2) return []
  return [
    {
      id: `forwarding-${name}`,
      title: `${name} forwards no more`,
      see: `What is for ${name} itself arrives; what it should pass on dies in it, without a word.`,
      does: 'sysctl -qw net.ipv4.ip_forward=0',
      back: kept('net.ipv4.ip_forward'),
    },
    {
      id: `rp-filter-${name}`,
      title: `rp_filter on in ${name}`,
      see: 'It drops what comes in where it would not send the answer out. Where each way is the way back, nothing changes.',
      does: 'sysctl -qw net.ipv4.conf.all.rp_filter=1',
      back: kept('net.ipv4.conf.all.rp_filter'),
    },
  ]
}

/** All that can be tried in a lab as it is now, by its places. */
export function experimentsIn(stacks: readonly Stack[]): Experiment[] {
  const all = stacks
    .filter(({ place: { kind } }) => kind === 'server' || kind === 'netns')
    .flatMap((stack) => {
      const cables = wired(stack).filter((link) => link.kind === 'veth' && isCutHere(stack, link, stacks))
      return [...cables.map((link) => cut(stack, link, stacks)), ...inPlace(stack), ...inRouter(stack)].map(
        (part) => ({ ...part, place: stack.place }),
      )
    })
  // Two servers may have a place of the same name: the first is meant, as on the command line.
  return all.filter(({ id }, i) => all.findIndex((other) => other.id === id) === i)
}
