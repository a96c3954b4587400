/** Asks what matchers ask, and says what came of it. */
import ipaddr from 'ipaddr.js'
import { VethlabError } from '../errors.ts'
import { because, CheckFailed } from '../lab/check-failed.ts'
import type { Check } from '../language/checks/check.ts'
import { probes, type Target } from '../language/checks/probes.ts'
import { type Place, unwatched } from '../language/command.ts'
import { type IpLink, ipMustShow } from '../look/ip.ts'
import { listens } from './conditions.ts'
import { inside } from './inside.ts'
import { lookAt } from './looks.ts'
import type { Matched, Reachable, Reaching } from './matchers.ts'
import type { OpenLab } from './open-lab.ts'
import { theLab } from './opened.ts'

const isPlace = (target: Reachable): target is Place =>
  typeof target === 'object' && 'kind' in target && 'server' in target

/** The addresses of a place, with their subnets. */
async function addressesOf(
  { sandbox }: OpenLab,
  place: Place,
): Promise<Array<[ipaddr.IPv4 | ipaddr.IPv6, number]>> {
  const there = await inside(sandbox, place)
  const links = await ipMustShow<IpLink>((argv) => there.run(argv), '-j', 'addr')
  return links.flatMap(({ addr_info = [] }) =>
    addr_info
      .filter(({ scope }) => scope === 'global')
      .map(({ local, prefixlen }): [ipaddr.IPv4 | ipaddr.IPv6, number] => [ipaddr.parse(local), prefixlen]),
  )
}

/** The address by which one place asks another: one of a subnet that both are in, else its first. */
async function addressOf(lab: OpenLab, from: Place, to: Place): Promise<string> {
  const [own, theirs] = await Promise.all([addressesOf(lab, from), addressesOf(lab, to)])
  const near = theirs.find(([one]) =>
    own.some(([net, prefix]) => net.kind() === one.kind() && one.match(net, prefix)),
  )
  const found = (near ?? theirs[0])?.[0].toString()
  if (found === undefined)
    throw new VethlabError(`${to.name} has no address`, { hint: 'ip addr add gives it one.' })
  return found
}

/** What was found, and why it is so. */
interface Found {
  ok: boolean
  seen: string
  why: readonly string[]
}

/** Why it does not hold, where that can be found out. */
async function reason(lab: OpenLab, { from, asks, target }: Check): Promise<string[]> {
  if (!asks || typeof target !== 'string') return []
  try {
    return because((await lab.why({ from: from.name, to: target, ...asks })).verdict)
  } catch {
    return []
  }
}

/** Whether a check holds, now or within some time. */
async function holds(lab: OpenLab, check: Check, within: number | undefined): Promise<Found> {
  try {
    await (within === undefined ? lab.check(check, 'expected by a test') : lab.until(check, { within }))
    return { ok: true, seen: '', why: [] }
  } catch (error) {
    if (error instanceof CheckFailed) {
      const [{ observed = '', verdict } = {}] = error.results
      return { ok: false, seen: observed, why: verdict ? because(verdict) : [] }
    }
    const [, seen] = (error as Error).message.match(/last seen: (?:observed )?([\s\S]*)$/) ?? []
    if (seen === undefined) throw error
    return { ok: false, seen, why: await reason(lab, check) }
  }
}

/** Whether a place reaches another. */
export async function reaches(place: Place, target: Reachable, how: Reaching): Promise<Matched> {
  const { port, udp = false, within } = how
  const lab = theLab(how.lab)
  const address = isPlace(target) ? await addressOf(lab, place, target) : (target as Target)
  const check = unwatched(() => {
    const ask = probes(place)
    if (port === undefined) return ask.ping(address).replies
    return udp ? ask.udp(address, port).open : ask.tcp(address, port).open
  })
  const { ok, seen, why } = await holds(lab, check, within)
  const named = isPlace(target) && target.name !== address ? `${target.name} (${address})` : String(address)
  const what = `${named}${port === undefined ? '' : `, ${udp ? 'UDP ' : ''}port ${port}`}`
  return {
    pass: ok,
    message: () =>
      ok
        ? `expected ${place.name} not to reach ${what}, but it does`
        : [`expected ${place.name} to reach ${what}; observed: ${seen}`, ...why].join('\n'),
  }
}

/** Whether somebody listens in a place. */
export async function listensOn(place: Place, port: number, how: Reaching): Promise<Matched> {
  const { udp = false, within } = how
  const lab = theLab(how.lab)
  const condition = listens(place, port, { udp })
  const look = () => lookAt({ servers: lab.sandbox }, condition, AbortSignal.timeout(10_000))
  if (within !== undefined) await lab.until(async () => (await look()).ok, { within }).catch(() => {})
  const { ok, seen } = await look()
  const what = `listen on ${udp ? 'UDP ' : ''}port ${port}`
  return {
    pass: ok,
    message: () =>
      ok
        ? `expected ${place.name} not to ${what}, but it does`
        : `expected ${place.name} to ${what}; ${seen}`,
  }
}

/** Whether a name has an address in a place: as its programs ask, and in a container as its own do. */
export async function resolves(place: Place, name: string, how: Reaching): Promise<Matched> {
  const lab = theLab(how.lab)
  const ask = async (): Promise<Found> => {
    if (place.kind === 'container')
      return holds(
        lab,
        unwatched(() => probes(place).dns(name).resolves),
        undefined,
      )
    const { code, stdout } = await lab.exec(place, ['getent', 'ahosts', name])
    return { ok: code === 0, seen: stdout.trim() || 'no address', why: [] }
  }
  if (how.within !== undefined)
    await lab.until(async () => (await ask()).ok, { within: how.within }).catch(() => {})
  const { ok, seen } = await ask()
  return {
    pass: ok,
    message: () =>
      ok
        ? `expected ${name} not to resolve in ${place.name}, but it does`
        : `expected ${name} to resolve in ${place.name}; observed: ${seen}`,
  }
}
