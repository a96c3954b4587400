/** Who the next hop of a packet is, and where: what several classes of causes begin with. */
import { onLink } from '../evidence.ts'
import type { Situation } from '../situation.ts'
import { type End, type Link, ownersOf } from '../stacks.ts'
import { wireBetween } from '../wire.ts'
import { cameBy } from './routes.ts'

/** The next hop: its address, who has it, and the wire to it, as far as there is one. */
export interface Hop {
  address: string
  /** Whether it is a gateway, and not the machine that is asked for. */
  gateway: boolean
  owner?: End
  /** From the interface that it was to leave by to one of the owner's. */
  wire?: End[]
}

/** The next hop of a packet that was to leave by an interface. */
export async function hopOf(situation: Situation): Promise<Hop | undefined> {
  const { evidence, stack, header, link } = situation
  const { facts, stacks } = evidence
  if (!link) return undefined
  const route = await facts.route(stack, header.dst, cameBy(situation))
  const address = (route.ok && route.via) || header.dst
  // Of several that have it, the one on this wire.
  const from = { stack, link }
  const found = ownersOf(stacks, address)
    .filter((end) => end.stack !== stack)
    .map((owner) => ({
      owner,
      wire:
        wireBetween(stacks, from, (end) => end.link === owner.link) ??
        wireBetween(stacks, from, (end) => end.stack === owner.stack && isOwnEnd(end.link)),
    }))
  const best = found.find(({ wire }) => wire !== undefined) ?? found[0]
  return {
    ...{ address, gateway: address !== header.dst },
    ...(best ? { owner: best.owner, ...(best.wire ? { wire: best.wire } : {}) } : {}),
  }
}

/** Whether a machine takes what comes to a link for itself: a port of a bridge gives all to its bridge. */
const isOwnEnd = ({ master }: Link): boolean => master === undefined

/** Whether two have a subnet in common, each as it sees it. */
export const share = (one: Link, other: Link): boolean =>
  other.addresses.some(({ local }) => onLink(one, local)) &&
  one.addresses.some(({ local }) => onLink(other, local))
