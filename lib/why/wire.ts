/** What is joined to what below IP: the wire between two interfaces, and the first piece of it that is broken. Pure. */
import { called, type End, isChildOf, type Link, ownerOf, peerOf, type Stack } from './stacks.ts'
import { type Found, mend, typed } from './verdict.ts'

/** Whether a frame on the wire of a link is one for its parent, too, and the other way round. */
function related(stacks: readonly Stack[], { stack, link }: End): End[] {
  return stacks.flatMap((there) =>
    there.links
      .filter(
        (other) =>
          other !== link &&
          (isChildOf(stack, link, there, other) ||
            isChildOf(there, other, stack, link) ||
            (there === stack &&
              ((link.kind === 'vlan' && link.other === other.index) ||
                (other.kind === 'vlan' && other.other === link.index)))),
      )
      .map((other) => ({ stack: there, link: other })),
  )
}

/** The tunnels of VXLAN that a tunnel is meant to lead to: of its number, or at the address that it sends to. */
const tunnels = (stacks: readonly Stack[], { stack, link }: End): End[] =>
  stacks
    .filter((there) => there !== stack)
    .flatMap((there) =>
      there.links
        .filter(({ vxlan }) => vxlan && link.vxlan)
        .filter(
          ({ vxlan }) =>
            vxlan?.id === link.vxlan?.id ||
            ownerOf([there], link.vxlan?.remote ?? '') !== undefined ||
            ownerOf([stack], vxlan?.remote ?? '') !== undefined,
        )
        .map((other) => ({ stack: there, link: other })),
    )

/** What a link is joined to, whatever its state. */
function joined(stacks: readonly Stack[], end: End): End[] {
  const { stack, link } = end
  const peer = link.kind === 'veth' ? peerOf(stacks, stack, link) : undefined
  const master = stack.links.find(({ name }) => name === link.master)
  return [
    ...(peer ? [peer] : []),
    ...(master ? [{ stack, link: master }] : []),
    ...stack.links.filter((one) => one.master === link.name).map((one) => ({ stack, link: one })),
    ...related(stacks, end),
    ...(link.vxlan ? tunnels(stacks, end) : []),
  ]
}

/** The wire between two interfaces, from end to end; undefined when nothing joins them. */
export function wireBetween(
  stacks: readonly Stack[],
  from: End,
  to: (end: End) => boolean,
): End[] | undefined {
  const ways: End[][] = [[from]]
  const seen = new Set<Link>([from.link])
  for (let way = ways.shift(); way; way = ways.shift()) {
    const last = way.at(-1) as End
    if (way.length > 1 && to(last)) return way
    for (const next of joined(stacks, last))
      if (!seen.has(next.link)) {
        seen.add(next.link)
        ways.push([...way, next])
      }
  }
  return undefined
}

/** What was found at a piece of the wire. */
export interface Break {
  at: Stack
  found: Found
}

const down = ({ stack, link }: End): Break => ({
  at: stack,
  found: {
    cause: 'link down',
    says: `${link.name} of ${called(stack.place)} is down${link.kind === 'bridge' ? ': a bridge must be switched on, too' : ''}`,
    see: typed(stack.place, ['ip', 'link', 'show', 'dev', link.name]),
    ...mend(stack.place, ['ip', 'link', 'set', 'dev', link.name, 'up']),
  },
})

/** The ports of a bridge that its spanning tree keeps waiting: switched off, it lets their timers run on. */
const waiting = ({ links }: Stack, bridge: string): string[] =>
  links
    .filter(({ master, port }) => master === bridge && /^(listening|learning)$/.test(port?.state ?? ''))
    .map(({ name }) => name)

/** A port of a bridge that lets nothing through. */
function portBreak({ stack, link }: End): Break | undefined {
  const { port, master = '' } = link
  if (!port || port.state === 'forwarding' || port.state === '') return undefined
  const { place } = stack
  const bridge = stack.links.find(({ name }) => name === master)
  const name = `${link.name}, a port of ${master} of ${called(place)},`
  const see = typed(place, ['bridge', 'link', 'show', 'dev', link.name])
  if (bridge?.stp !== undefined && port.state !== 'disabled') {
    const waits = port.state === 'listening' ? 2 * bridge.stp : bridge.stp
    return {
      at: stack,
      found: {
        cause: 'port not forwarding',
        says: `${name} does not forward yet: its state is ${port.state} (STP, spanning tree)${port.state === 'blocking' ? '' : `; at most ${waits} s are left`}`,
        see,
        ...(port.state === 'blocking'
          ? {}
          : { hints: [`Wait ${waits} s, and ask again; or do without STP, where nothing forms a loop.`] }),
        ...mend(
          place,
          ['ip', 'link', 'set', 'dev', master, 'type', 'bridge', 'stp_state', '0'],
          ...waiting(stack, master).map((name) => ['bridge', 'link', 'set', 'dev', name, 'state', '3']),
        ),
      },
    }
  }
  return {
    at: stack,
    found: {
      cause: 'port not forwarding',
      says: `${name} forwards nothing: its state is ${port.state}`,
      see,
      ...mend(place, ['bridge', 'link', 'set', 'dev', link.name, 'state', '3']),
    },
  }
}

function isolated(one: End, other: End): Break | undefined {
  if (!one.link.port?.isolated || !other.link.port?.isolated) return undefined
  const { place } = one.stack
  return {
    at: one.stack,
    found: {
      cause: 'isolated ports',
      says: `${one.link.name} and ${other.link.name} are isolated ports of ${one.link.master} of ${called(place)}: such ports do not talk to each other`,
      see: typed(place, ['bridge', '-d', 'link', 'show', 'dev', one.link.name]),
      ...mend(place, ['bridge', 'link', 'set', 'dev', one.link.name, 'isolated', 'off']),
    },
  }
}

const isMac = ({ kind }: Link): boolean => /^(macvlan|macvtap|ipvlan)$/.test(kind)

/** Two children of one parent, of which one may not, or does not, send to the other straight. */
function siblings(one: End, other: End): Break | undefined {
  const bad = [one, other].find(
    ({ link }) => isMac(link) && link.mode !== 'bridge' && link.mode !== 'l2' && link.mode !== undefined,
  )
  if (!bad) return undefined
  const { kind, mode, name } = bad.link
  return {
    at: one.stack,
    found: {
      cause: 'macvlan mode',
      says: `${one.link.name} of ${called(one.stack.place)} and ${other.link.name} of ${called(other.stack.place)} share a parent, but ${name} is a ${kind} in mode ${mode}: ${mode === 'vepa' ? 'it sends to the switch outside, which sends nothing back' : 'it does not talk to the others'}`,
      see: typed(bad.stack.place, ['ip', '-d', 'link', 'show', 'dev', name]),
      ...mend(bad.stack.place, ['ip', 'link', 'set', 'dev', name, 'type', kind, 'mode', 'bridge']),
    },
  }
}

/** A tunnel whose two ends are not meant for each other. */
function tunnelBreak(one: End, other: End): Break | undefined {
  const [a, b] = [one.link.vxlan, other.link.vxlan]
  if (!a || !b) return undefined
  const [here, there] = [one, other].map(({ stack, link }) => `${link.name} of ${called(stack.place)}`)
  const says =
    a.id !== b.id
      ? `${here} has the VXLAN number (VNI) ${a.id}, ${there} has ${b.id}: what is of another number is thrown away`
      : a.port !== b.port
        ? `${here} sends to UDP port ${a.port}, but ${there} listens on port ${b.port} (dstport of VXLAN)`
        : undefined
  return says === undefined
    ? undefined
    : {
        at: other.stack,
        found: {
          cause: 'VXLAN mismatch',
          says,
          see: typed(other.stack.place, ['ip', '-d', 'link', 'show', 'dev', other.link.name]),
        },
      }
}

/** The first piece of a wire that lets nothing through; undefined when its own state tells of none. */
export function firstBreak(wire: readonly End[]): Break | undefined {
  // A bridge that is down disables its ports: the first is the cause of the others.
  const off = wire.find(({ link }) => !link.up && link.kind === 'bridge') ?? wire.find(({ link }) => !link.up)
  if (off) return down(off)
  for (const [i, end] of wire.entries()) {
    const [before, next] = [wire[i - 1], wire[i + 1]]
    const port =
      end.link.master !== undefined &&
      (before?.link.name === end.link.master || next?.link.name === end.link.master)
    const found =
      (port ? portBreak(end) : undefined) ??
      (next ? tunnelBreak(end, next) : undefined) ??
      (before && next && end.link.kind === 'bridge' ? isolated(before, next) : undefined) ??
      (before && next && isMac(before.link) && isMac(next.link) ? siblings(before, next) : undefined)
    if (found) return found
  }
  return undefined
}

/** A bridge that an interface is behind, and the port there. */
export function switchOf(
  stacks: readonly Stack[],
  { stack, link }: End,
): { bridge: End; port: End } | undefined {
  const port = link.kind === 'veth' ? peerOf(stacks, stack, link) : undefined
  const bridge = port?.stack.links.find(({ name }) => name === port.link.master)
  return port && bridge ? { bridge: { stack: port.stack, link: bridge }, port } : undefined
}
