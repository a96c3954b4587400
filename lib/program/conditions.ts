/** What a program can wait for in a lab, as data: a port, a line of a log, an answer over HTTP, the health of a container. */
import { BadInput } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { port as checkedPort } from '../language/names.ts'

/** What is looked at. */
export type Looked =
  | { readonly at: 'port'; readonly port: number; readonly udp: boolean }
  | { readonly at: 'log'; readonly text: string | RegExp }
  | { readonly at: 'url'; readonly url: string; readonly status: number | undefined }
  | { readonly at: 'health' }

/** Something that comes to hold in a place. */
export interface Condition {
  readonly kind: 'condition'
  readonly place: Place
  /** What must hold, as in `net1 listens on port 80`. */
  readonly says: string
  readonly looked: Looked
}

const condition = (place: Place, says: string, looked: Looked): Condition =>
  Object.freeze({ kind: 'condition', place, says, looked })

/**
 * Somebody in the place listens on a TCP port, or on one of UDP.
 *
 * As in: await lab.until(listens(net1, 8080))
 * Equivalent to: `until ip netns exec net1 ss -Htln sport = :8080 | grep -q .; do sleep 0.05; done`
 */
export function listens(place: Place, port: number, { udp = false }: { udp?: boolean } = {}): Condition {
  checkedPort(port)
  return condition(place, `${place.name} listens on ${udp ? 'UDP ' : ''}port ${port}`, {
    at: 'port',
    port,
    udp,
  })
}

/**
 * A container has printed a text.
 *
 * As in: await lab.until(logs(web, /ready/))
 * Equivalent to: `until docker logs web 2>&1 | grep -q ready; do sleep 0.05; done`
 */
export function logs(container: Place, text: string | RegExp): Condition {
  if (container?.kind !== 'container')
    throw new BadInput(`${container?.name} keeps no log`, {
      hint: 'A container does; of a program that lab.spawn started: program.waitFor(text).',
    })
  const wanted = typeof text === 'string' ? text : new RegExp(text.source, text.flags.replace(/[gy]/g, ''))
  return condition(container, `${container.name} logs ${text}`, { at: 'log', text: wanted })
}

/**
 * A URL is answered, as seen from a place: with a status from 200 to 299, or with the one that is wanted.
 *
 * As in: await lab.until(answers(net1, 'http://10.0.0.2:8080/health'))
 * Equivalent to: `until ip netns exec net1 curl -fs http://10.0.0.2:8080/health; do sleep 0.05; done`
 */
export function answers(place: Place, url: string | URL, { status }: { status?: number } = {}): Condition {
  const address = String(url)
  if (!URL.canParse(address) || !/^https?:/.test(address))
    throw new BadInput(`${JSON.stringify(address)} is no URL of http or https`)
  const how = status === undefined ? '' : ` with ${status}`
  return condition(place, `${address} answers ${place.name}${how}`, { at: 'url', url: address, status })
}

/**
 * The health check of a container says that it is healthy. A container without one is refused at once.
 *
 * As in: await lab.until(healthy(web))
 * Equivalent to: `until docker inspect -f '{{.State.Health.Status}}' web | grep -qx healthy; do sleep 0.05; done`
 */
export function healthy(container: Place): Condition {
  if (container?.kind !== 'container') throw new BadInput(`${container?.name} is no container`)
  return condition(container, `${container.name} is healthy`, { at: 'health' })
}
