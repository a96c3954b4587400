/** The values of matches, and how a match belongs to a module. */
import { type Clause, flag, word } from '../grammar/clause.ts'
import { type AnyKind, any, oneOf, pattern, whole } from '../grammar/kinds.ts'

/** A part of many matches. */
export const of = <C extends Clause>(module: string, clause: C): C => ({ ...clause, module })
/** A part of many matches. */
export const number = (says: string, max = 0xffffffff) => whole(says, 0, max)

/** A port, a range of them, or the name of a service. */
export const ports = any(
  whole('port', 1, 65535),
  pattern('a range of ports', /^(\d{1,5}:\d{0,5}|:\d{1,5})$/, '8000:8010'),
  pattern('a service', /^[a-z][a-z0-9.+-]*$/i, 'http'),
)
/** A part of many matches. */
export const portRange = any(
  whole('port', 1, 65535),
  pattern('a range of ports', /^\d{1,5}:\d{1,5}$/, '1024:65535'),
)
/** A part of many matches. */
export const addressOrSubnet = pattern(
  'an address or a subnet',
  /^[0-9a-f.:]+(\/[0-9.]+)?$/i,
  '10.0.0.1',
  'fd00::/64',
)
/** A part of many matches. */
export const range = pattern('a range of addresses', /^[0-9a-f.:]+-[0-9a-f.:]+$/i, '10.0.0.1-10.0.0.9')
/** A part of many matches. */
export const rate = any(
  pattern('a rate', /^\d+(\/(s|sec|second|m|min|minute|h|hour|d|day))?$/, '5/min'),
  pattern('a rate', /^\d+[km]?b\/s$/, '512kb/s'),
)
/** A part of many matches. */
export const numberRange = any(number('number', 65535), pattern('a range', /^\d+:\d*$/, '0:500'))
/** A part of many matches. */
export const name = pattern('a name', /^[^\s-]\S*$/, 'web')
/** A part of many matches. */
export const user = any(
  number('user'),
  pattern('a user, or a range of them', /^[a-z_][\w.-]*$|^\d+-\d+$/i, 'student'),
)
/** A part of many matches. */
export const types = oneOf(
  'type of address',
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
)
/** A part of many matches. */
export const flags = pattern(
  'flags of TCP',
  /^(ALL|NONE|(SYN|ACK|FIN|RST|URG|PSH)(,(SYN|ACK|FIN|RST|URG|PSH))*)$/,
  'SYN,ACK',
  'ALL',
)
/** A part of many matches. */
export const clock = pattern('a time of day', /^\d{1,2}:\d{2}(:\d{2})?$/, '08:00')
/** A part of many matches. */
export const date = pattern('a date', /^\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d)?)?)?)?)?$/, '2030-01-01')
/** A part of many matches. */
export const status = oneOf(
  'status of a connection',
  'NONE',
  'EXPECTED',
  'SEEN_REPLY',
  'ASSURED',
  'CONFIRMED',
  'SNAT',
  'DNAT',
)
/** A part of many matches. */
export const hex = pattern('a number', /^(0x)?[0-9a-f]+(\/(0x)?[0-9a-f]+)?$/i, '0x10')
/** A part of many matches. */
export const setFlags = pattern(
  'what of the packet is looked up',
  /^(src|dst)(,(src|dst))*$/,
  'src',
  'dst,src',
)

/** A part of many matches. */
export const one = <const K extends readonly AnyKind[]>(module: string, option: string, ...kinds: K) =>
  of(module, word(option, ...kinds))
/** A part of many matches. */
export const bare = (module: string, option: string) => of(module, flag(option))
