/** Who is meant: the place of a name, and the address of a question's target. */
import { Unable } from '../errors.ts'
import { inside as insideSubnet, ipv4 } from '../language/names.ts'
import { network } from './evidence.ts'
import { resolve } from './name.ts'
import { type Inside, namesOf, ownerOf, type Stack } from './stacks.ts'
import type { Verdict } from './verdict.ts'
import type { Question } from './why.ts'

/** Names that are like a word come first: those that begin like it, or hold it. */
const nearest = (word: string, names: readonly string[]): string[] =>
  [...names].sort((a, b) => likeness(word, b) - likeness(word, a))
const likeness = (word: string, name: string): number => {
  let common = 0
  while (common < word.length && word[common] === name[common]) common++
  return common + (name.includes(word) ? word.length : 0)
}

/** The stack of a place; the Compose project of a container may be left out. */
export function stackNamed(stacks: readonly Stack[], name: string): Stack | undefined {
  return (
    stacks.find((stack) => stack.place.name === name || namesOf(stack).includes(name)) ??
    stacks.find((stack) => stack.place.kind === 'container' && stack.place.name.endsWith(`-${name}`))
  )
}

const unknown = (stacks: readonly Stack[], lab: string, what: string, name: string): Unable =>
  new Unable(`${what} ${JSON.stringify(name)} in ${lab}`, {
    hint: `It has: ${nearest(name, stacks.flatMap(namesOf)).join(', ')}`,
  })

/** The address of a place that is asked from another: the one on a subnet that both are on, else its first. */
function addressOf(from: Stack, to: Stack): string {
  const mine = from.links.flatMap(network)
  const theirs = to.links
    .flatMap(({ addresses }) => addresses.map(({ local }) => local))
    .filter((one) => !one.startsWith('127.'))
  const [first] = theirs
  if (first === undefined)
    throw new Unable(`${to.place.name} has no address`, { hint: 'Give it one, or ask for an address.' })
  return theirs.find((address) => mine.some((subnet) => insideSubnet(address, subnet))) ?? first
}

/** Whether an address can be one of the lab: of a place, or of a subnet that a place is on. */
const belongs = (stacks: readonly Stack[], address: string): boolean =>
  ownerOf(stacks, address) !== undefined ||
  address.startsWith('127.') ||
  stacks.some(({ links }) =>
    links.some(({ addresses }) =>
      addresses.some(
        ({ local, prefixlen }) => prefixlen > 0 && insideSubnet(address, `${local}/${prefixlen}`),
      ),
    ),
  )

const isName = (text: string): boolean => /^[a-z][a-z0-9.-]*$/i.test(text)

/** The stack of a place, which must be there. */
export function mustBeNamed(stacks: readonly Stack[], lab: string, name: string): Stack {
  const stack = stackNamed(stacks, name)
  if (!stack) throw unknown(stacks, lab, 'there is no place', name)
  return stack
}

/** The address of what is asked for; with `dns` the verdict that its name has none. */
export async function addressFor(
  into: Inside,
  stacks: readonly Stack[],
  from: Stack,
  { to, dns }: Question,
  strict: boolean,
): Promise<string | Verdict> {
  const place = dns ? undefined : stackNamed(stacks, to)
  if (place) return addressOf(from, place)
  if (!/^[\d.]+$/.test(to)) {
    const found = isName(to) ? await resolve(into, from, to) : undefined
    if (typeof found === 'string' || (found && dns)) return found
    throw unknown(stacks, into.lab.name, 'there is no place', to)
  }
  const address = ipv4(to)
  if (strict && !belongs(stacks, address))
    throw unknown(stacks, into.lab.name, 'no place has the address', to)
  return address
}
