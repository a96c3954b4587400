/** The questions that a place can ask of others: ping, tcp, udp, dns. */

import { type Command, command, type Inquiry, inquiry, type Place, type Read } from '../command.ts'
import { looks } from '../effects.ts'
import { address as addressKind, anyAddress, asPrinted, isIpv6 } from '../grammar/kinds.ts'
import { exact, exactly } from '../grammar/missing.ts'
import { type Address, dnsName, ifName, ipv4, port, whole } from '../names.ts'
import { quote } from '../shell.ts'
import { must as mustBe, oneLine, options as readOptions } from '../values.ts'
import { answers } from './answers.ts'
import { type Check, type Observer, silence } from './check.ts'

/** Who is asked: an address, or a container, whose address is then read. */
export type Target =
  | Address
  | (string & {})
  | {
      readonly label: string
      readonly address: (network?: string) => Read
      readonly address6?: (network?: string) => Read
    }

/** What may be said of a question. */
export interface ProbeOptions {
  /** The family to ask in: 4 or 6. Default: that of the address; of a name, what comes first; of a container, 4. */
  family?: 4 | 6
}

/** Reads the family that is asked in, and whether it can be that of the target. */
function familyOf(target: Target, options: ProbeOptions, what: string): 4 | 6 | undefined {
  const { family } = readOptions(options, what, ['family'])
  if (family === undefined) return undefined
  mustBe(family === 4 || family === 6, family, 'is no family: 4 or 6')
  if (typeof target === 'string' && !isName(target))
    mustBe(isIpv6(target) === (family === 6), target, `is not an address of IPv${family}`)
  return family
}

/** The option of ping(8) and nc(1) for a family: an address tells it by itself. */
const familyOption = (target: Target, family: 4 | 6 | undefined): string[] =>
  family !== undefined && isName(target) ? [`-${family}`] : []

/** A container's address in a family, to be read. */
function addressOf(target: Exclude<Target, string>, family: 4 | 6 | undefined): Read {
  if (family !== 6) return target.address()
  mustBe(typeof target.address6 === 'function', target, 'tells no address of IPv6')
  return (target.address6 ?? target.address)()
}

interface Question {
  inquiry: Inquiry
  from: Place
  target: Target
  family?: 4 | 6 | undefined
  observer: Observer
  suffix?: string
  look?: string
  asks: NonNullable<Check['asks']>
  argv: (address: string, expected: string) => string[]
}

/** Who is asked, as a person calls it. */
const named = (target: Target): string => (typeof target === 'object' ? target.label : target)

/** A check for each outcome that a question may have. */
function asking({ inquiry, from, target, family, observer, suffix = '', look, asks, argv }: Question) {
  return (expected: string): Check =>
    Object.freeze({
      kind: 'check',
      inquiry,
      from,
      to: `${named(target)}${suffix}${family !== undefined && !isAddress(target) ? ` (IPv${family})` : ''}`,
      observer,
      expected,
      ...(look === undefined ? {} : { look }),
      asks,
      target: typeof target === 'object' ? addressOf(target, family) : target,
      command: (address: string): Command => command(from, argv(address, expected), looks, { shows: true }),
    })
}

/** An address of either family, or a container; with `names`, a machine's name, too. */
function asked(target: Target, names = false): Target {
  if (typeof target === 'string') {
    if (names && isName(target)) return dnsName(target)
    if (target.includes(':')) anyAddress(withoutZone(target))
    else ipv4(target)
    return target
  }
  const is = typeof target === 'object' && typeof target?.address === 'function'
  mustBe(is && typeof target.label === 'string', target, 'cannot be asked: say an address, or a container')
  return target
}

/** A link-local address is one of a link, which must be named: `fe80::1%eth0` (RFC 4007). */
function withoutZone(target: string): string {
  const [address = '', link, ...rest] = target.split('%')
  if (link === undefined) return target
  mustBe(
    rest.length === 0 && /^fe[89ab]/i.test(address),
    target,
    'has a link behind %, and is no link-local address',
  )
  ifName(link)
  return address
}

const isName = (target: Target): boolean =>
  typeof target === 'string' && /^[a-z_]/i.test(target) && !target.includes(':')

const isAddress = (target: Target): boolean => typeof target === 'string' && !isName(target)

/** Questions that a place can ask; each outcome of each is a check. */
export const probes = (from: Place) =>
  exact(
    [],
    {
      /**
       * One echo request to an address or a container; it waits at most a second for the reply. Where silence is
       * expected a third of that is enough, hundreds of times what a reply takes; in a container it is a second, since
       * the ping of busybox knows whole seconds only.
       * The name of a machine may stand for its address: then the name must resolve first.
       *
       * Example: net1.ping('172.30.10.1').replies
       * Equivalent to: `ip netns exec net1 ping -c 1 -W 1 172.30.10.1`
       * Example: net1.ping('web', { family: 6 }).replies
       * Equivalent to: `ip netns exec net1 ping -6 -c 1 -W 1 web`
       */
      ping: (target: Target, options: ProbeOptions = {}) => {
        const checked = asked(target, true)
        const family = familyOf(checked, options, 'ping()')
        const seconds = (expected: string) =>
          (expected === 'no reply' || expected === silence) && from.kind !== 'container' ? '0.3' : '1'
        const must = asking({
          inquiry: inquiry(`ping ${named(checked)}`),
          from,
          target: checked,
          family,
          observer: 'ping',
          asks: isName(checked) ? { dns: true } : {},
          argv: (address, expected) => [
            'ping',
            ...familyOption(checked, family),
            '-c',
            '1',
            '-W',
            seconds(expected),
            address,
          ],
        })
        return answers('ping', {
          /** A reply came; `ttl(63)`: with one router between (every router takes one off 64). */
          replies: {
            ...must('replies'),
            ttl: exactly('ttl()', (ttl: number) => must(`replies, TTL ${whole(ttl, 'TTL', 1, 255)}`)),
            /** What IPv6 calls the time to live. */
            hopLimit: exactly('hopLimit()', (hops: number) =>
              must(`replies, TTL ${whole(hops, 'hop limit', 1, 255)}`),
            ),
          },
          /** The request was sent and nothing came back. */
          noReply: must('no reply'),
          /** There is no way there, or a machine on the way said so. */
          unreachable: must('unreachable'),
          /** The name has no address here. */
          doesNotResolve: must('does not resolve'),
          /** An outcome that was read from the running lab, as one that differs from engine to engine. */
          is: exactly('is()', (outcome: string) => must(oneLine(outcome, 'an outcome'))),
          /** No reply, for whatever reason. */
          silent: must(silence),
        })
      },

      /**
       * A TCP connection to a port; it waits at most a second. The outcomes are those of nmap.
       *
       * Example: net1.tcp('172.30.10.1', 5000).open
       * Equivalent to: `ip netns exec net1 nc -z -v -w 1 172.30.10.1 5000`
       * Example: net1.tcp('web', 5000, { family: 6 }).open
       * Equivalent to: `ip netns exec net1 nc -6 -z -v -w 1 web 5000`
       */
      tcp: (target: Target, number: number, options: ProbeOptions = {}) => {
        port(number)
        const family = familyOf(asked(target, true), options, 'tcp()')
        const nc = ['nc', ...familyOption(target, family)]
        const question = {
          inquiry: inquiry(`tcp ${named(asked(target, true))}:${number}`),
          from,
          target,
          family,
          suffix: `:${number}`,
          asks: { port: number },
        }
        const must = asking({
          ...question,
          observer: 'port',
          argv: (address) => [...nc, '-z', '-v', '-w', '1', address, String(number)],
        })
        const answer = (listening: number) =>
          asking({
            ...question,
            observer: 'answer',
            look: String(port(listening)),
            argv: (address) => [...nc, '-v', '-w', '1', address, String(number)],
          })
        return answers('tcp', {
          /**
           * Somebody listens; `seenFrom(address)`: a `listen()` there sees the connection come from that address.
           * Where a port is published the listener has another one: `seenFrom(address, 80)`.
           */
          open: {
            ...must('open'),
            seenFrom: exactly(
              'seenFrom()',
              (address: Address, listening = number) =>
                answer(listening)(`open, seen from ${asPrinted(addressKind.word(address))}`),
              2,
            ),
          },
          /** Nobody listens: the machine refused (TCP RST). */
          closed: must('closed'),
          /** No answer at all: something drops the packets. */
          filtered: must('filtered'),
          /** There is no way there. */
          unreachable: must('unreachable'),
          /** No connection, for whatever reason. */
          silent: must(silence),
          /** An outcome that was read from the running lab, as one that differs from engine to engine. */
          is: exactly('is()', (outcome: string) => must(oneLine(outcome, 'an outcome'))),
        })
      },

      /**
       * A UDP datagram to a port; it waits at most a second for an answer.
       *
       * Example: net1.udp('172.30.10.1', 2020).closed
       * Equivalent to: `ip netns exec net1 sh -c 'echo vethlab | nc -u -v -w 1 172.30.10.1 2020'`
       */
      udp: (target: Target, number: number, options: ProbeOptions = {}) => {
        const family = familyOf(asked(target, true), options, 'udp()')
        const nc = ['nc', ...familyOption(target, family)].join(' ')
        const must = asking({
          inquiry: inquiry(`udp ${named(asked(target, true))}:${port(number)}`),
          from,
          target,
          family,
          suffix: `:${number}/udp`,
          observer: 'udp',
          asks: { port: number, udp: true },
          argv: (address) => ['sh', '-c', `echo vethlab | ${nc} -u -v -w 1 ${quote(address)} ${number}`],
        })
        return answers('udp', {
          /** An answer came. */
          open: must('open'),
          /** The machine refused (ICMP port unreachable). */
          closed: must('closed'),
          /** Nothing came back: UDP does not tell a silent listener from a dropped packet. */
          noAnswer: must('no answer'),
          unreachable: must('unreachable'),
        })
      },

      /**
       * Asks the place's own name server for the addresses of a name, of both families or of one: AAAA records are
       * those of IPv6.
       *
       * Example: server1.container('alpine2').dns('alpine3').resolves
       * Equivalent to: `docker exec alpine2 nslookup alpine3`
       */
      dns: (name: string, options: ProbeOptions = {}) => {
        const family = familyOf(dnsName(name), options, 'dns()')
        const must = asking({
          inquiry: inquiry(`dns ${dnsName(name)}`),
          from,
          target: name,
          family,
          observer: 'dns',
          look: String(family ?? ''),
          asks: { dns: true },
          argv: (address) => ['nslookup', address],
        })
        return answers('dns', {
          /** It has addresses; `addresses(3)`: that many. */
          resolves: {
            ...must('resolves'),
            addresses: exactly('addresses()', (count: number) =>
              must(
                `resolves, ${whole(count, 'number of addresses', 1, 1000)} address${count === 1 ? '' : 'es'}`,
              ),
            ),
          },
          doesNotResolve: must('does not resolve'),
        })
      },
    },
    { ping: 2, tcp: 3, udp: 3, dns: 2 },
  )
