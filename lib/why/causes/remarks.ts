/** What is said beside a verdict: a name that would not resolve, an address that nat gave. */
import { withPort } from '../address.ts'
import type { Container } from '../containers.ts'
import type { Remark, Situation } from '../situation.ts'
import { called } from '../stacks.ts'
import type { Verdict } from '../verdict.ts'

/** Networks whose containers know each other's names. */
const withNames = ({ networks, mode }: Container): string[] =>
  Object.keys(networks).filter(
    (name) => name !== 'bridge' && name !== 'host' && name !== 'none' && mode !== 'host',
  )

/** Why the name of a container means nothing in another one; undefined when it does. */
export function nameless(from: Container, to: Container): string | undefined {
  if (from === to) return undefined
  const [mine, theirs] = [withNames(from), withNames(to)]
  if (mine.some((name) => theirs.includes(name))) return undefined
  if (mine.length === 0)
    return `By its name ${to.name} is not found in ${from.name}: on the default bridge names do not resolve (no DNS). Put both on a network of one's own: docker network create NET; docker network connect NET ${from.name}; docker network connect NET ${to.name}`
  return `By its name ${to.name} is not found in ${from.name} (DNS): they have no network in common. docker network connect ${mine[0]} ${to.name}`
}

/** A container that was asked for by its name, which means nothing where it was asked. */
export function byName({ evidence: { from, named } }: Situation): Remark | undefined {
  if (!from.container || !named?.container || from.place.server !== named.place.server) return undefined
  return { hints: [nameless(from.container, named.container)] }
}

/** What opens a connection came through, there and back, and what is said in it does not. */
export const onlyOpened = ({ evidence: { talk } }: Situation): Remark | undefined =>
  talk === 'lost'
    ? {
        hints: [
          'The connection itself was opened (SYN, and the answer to it): what ended here is the first byte that is sent by it.',
        ],
      }
    : undefined

/** The address that a packet died with is one that nat had given it. */
export function translated({ evidence, header, packet }: Situation, told: Verdict): Remark | undefined {
  if (packet !== 'request' || told.status !== 'died' || header.dst === evidence.target || header.dst === '')
    return undefined
  const { port } = evidence.probe
  if (told.cause === 'policy' && header.dport !== undefined && header.dport !== port)
    return {
      hints: [
        `nat had sent it on before the rules of ${told.rule?.chain} were asked: there it is for ${withPort(header.dst, header.dport)}, not for ${withPort(evidence.target, port)}.`,
      ],
    }
  return told.says.includes(header.dst)
    ? { hints: [`Asked was ${evidence.target}; nat had sent it on to ${header.dst}.`] }
    : undefined
}

/** The name of a place as one says it. */
export const nameOf = ({ evidence: { from } }: Situation): string => called(from.place)
