/** What `expect` can say of places, for vitest and jest: `await expect(net1).toReach(web, { port: 80 })`. */
import type { Target } from '../language/checks/probes.ts'
import type { Place } from '../language/command.ts'
import type { OpenLab } from './open-lab.ts'

/** Who is reached: a place, whose address is found out; an address; a name. */
export type Reachable = Place | Target

/** How it is reached. */
export interface Reaching {
  /** A TCP port; with `udp` a UDP port. Without one it is a ping. */
  port?: number
  udp?: boolean
  /** Milliseconds within which it must come to hold. Default: it must hold now. */
  within?: number
  /** The lab. Default: the only one that is open. */
  lab?: OpenLab
}

/** What `expect(place)` has besides what it had; each is to be awaited. `R` is what the test runner's own matchers return. */
export interface NetworkMatchers<R = Promise<void>> {
  /** An answer comes: to a ping, from a TCP port, from a UDP port. When not, the message tells why. */
  toReach(target: Reachable, how?: Reaching): R
  /** Somebody listens there on a port. */
  toListenOn(port: number, how?: Pick<Reaching, 'udp' | 'within' | 'lab'>): R
  /** The name has an address there. */
  toResolve(name: string, how?: Pick<Reaching, 'within' | 'lab'>): R
}

/** What a matcher found. */
export interface Matched {
  pass: boolean
  message(): string
}

const judges = () => import('./judges.ts')

/** The matchers, as `expect.extend` takes them. */
export const matchers = Object.freeze({
  toReach: async (place: Place, target: Reachable, how: Reaching = {}): Promise<Matched> =>
    (await judges()).reaches(place, target, how),
  toListenOn: async (place: Place, port: number, how: Reaching = {}): Promise<Matched> =>
    (await judges()).listensOn(place, port, how),
  toResolve: async (place: Place, name: string, how: Reaching = {}): Promise<Matched> =>
    (await judges()).resolves(place, name, how),
})
