/** VLANs on a wire: which number a frame has on each piece, and where it is let through no further. Pure. */
import { called, type End } from './stacks.ts'

/** The VLANs of a port of a bridge, or of the bridge itself, as `bridge -j vlan show` tells them. */
export interface Membership {
  dev: string
  vlans: ReadonlyArray<{ from: number; to: number; untagged: boolean; pvid: boolean }>
}

/** Reads `bridge -j vlan show`. */
export function membershipsOf(
  all: ReadonlyArray<{
    ifname: string
    vlans?: ReadonlyArray<{ vlan: number; vlanEnd?: number; flags?: readonly string[] }>
  }>,
): Membership[] {
  return all.map(({ ifname, vlans = [] }) => ({
    dev: ifname,
    vlans: vlans.map(({ vlan, vlanEnd = vlan, flags = [] }) => ({
      ...{ from: vlan, to: vlanEnd },
      ...{ untagged: flags.includes('Egress Untagged'), pvid: flags.includes('PVID') },
    })),
  }))
}

/** Where a wire lets a frame through no further, and the words of bridge(8) that would. */
export interface Apart {
  at: End
  says: string
  argv?: string[]
}

const named = ({ stack, link }: End): string => `${link.name} of ${called(stack.place)}`
const inVlan = (number: number | undefined): string =>
  number === undefined ? 'without a tag' : `with the tag ${number}`

/** What becomes of a frame in a bridge that keeps VLANs apart: its tag behind it, or why it goes no further. */
function across(
  bridge: End,
  [came, goes]: readonly [End, End],
  tag: number | undefined,
  all: readonly Membership[],
): { tag: number | undefined } | Apart {
  const of = ({ link }: End) => all.find(({ dev }) => dev === link.name)?.vlans ?? []
  const has = (end: End, number: number) => of(end).find(({ from, to }) => from <= number && number <= to)
  const add = ({ link }: End, number: number, ...more: string[]) => [
    ...['bridge', 'vlan', 'add', 'dev', link.name, 'vid', String(number), ...more],
    ...(link.kind === 'bridge' ? ['self'] : []),
  ]
  const number = tag ?? of(came).find(({ pvid }) => pvid)?.from
  if (number === undefined)
    return {
      at: came,
      says: `${named(came)} takes no frame without a tag: it has no VLAN of its own (PVID) in ${bridge.link.name}`,
    }
  if (!has(came, number))
    return {
      at: came,
      says: `${named(came)} is not in VLAN ${number}, which the frame has: ${bridge.link.name} throws it away`,
      argv: add(came, number),
    }
  const out = has(goes, number)
  if (!out)
    return {
      at: goes,
      says: `the frame is in VLAN ${number} (by ${named(came)}), and ${named(goes)} is not: ${bridge.link.name} keeps the two apart`,
      argv: add(goes, number, 'pvid', 'untagged'),
    }
  return { tag: out.untagged ? undefined : number }
}

/** The first piece of a wire that a frame does not pass for its VLAN; undefined when nothing tells of one. */
export function apart(
  wire: readonly End[],
  memberships: (end: End) => readonly Membership[],
): Apart | undefined {
  let tag = wire[0]?.link.vlan
  for (const [i, end] of wire.entries()) {
    const [before, next] = [wire[i - 1], wire[i + 1]]
    if (end.link.kind === 'bridge' && end.link.vlans) {
      const found = across(end, [before ?? end, next ?? end], tag, memberships(end))
      if ('at' in found) return found
      tag = found.tag
    } else if (i > 0 && end.link.vlan !== undefined && next === undefined && tag !== end.link.vlan)
      return {
        at: end,
        says: `the frame comes ${inVlan(tag)}, and ${named(end)} takes those of VLAN ${end.link.vlan} only`,
      }
  }
  const last = wire.at(-1)
  return tag !== undefined && last && last.link.vlan === undefined && last.link.kind !== 'bridge'
    ? { at: last, says: `the frame comes ${inVlan(tag)} to ${named(last)}, which takes those without one` }
    : undefined
}
