/** `docker network connect`, as a table: the Engine API plugs a container in, or the docker program where only it knows how. */
import type { CommandFacts } from '../command.ts'
import { many, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { address4, address6, address as addressKind, pattern, textKind, whole } from '../grammar/kinds.ts'
import { dockerName, networkName } from '../names.ts'
import type { Endpoint } from './api.ts'

const connectClauses = {
  /** A fixed address there: `--ip` */
  ip: word('--ip', address4),
  /** A fixed IPv6 address there: `--ip6` */
  ip6: word('--ip6', address6),
  /** A further name there: `--alias` */
  alias: many(word('--alias', textKind<string>('a name', ['web'], networkName))),
  /** An address of the link itself: `--link-local-ip` */
  linkLocalIp: many(word('--link-local-ip', addressKind)),
  /** Another container there, by a name of one's own: `--link` */
  link: many(word('--link', pattern('CONTAINER:ALIAS', /^[\w.-]+(:[\w.-]+)?$/, 'web:www'))),
  /** An option of the driver: `--driver-opt` */
  driverOpt: many(word('--driver-opt', pattern('KEY=VALUE', /^[\w.-]+=[^\r\n]*$/, 'a=b'))),
  /** Which network its default route leads through, since Engine 28: `--gw-priority` */
  gwPriority: word('--gw-priority', whole('priority', -2147483648, 2147483647)),
} as const

/** The call of the Engine API that says the same; none where only the docker program knows how. */
function connectCall(line: Line): CommandFacts {
  const own = line.said.filter((one) => !['ip', 'ip6', 'alias'].includes(one.name))
  if (own.length > 0) return {}
  const [ip, ip6] = [line.text('ip'), line.text('ip6')]
  const addresses = {
    ...(ip === undefined ? {} : { IPv4Address: ip }),
    ...(ip6 === undefined ? {} : { IPv6Address: ip6 }),
  }
  const aliases = line.said.filter(({ name }) => name === 'alias').map(({ args }) => String(args[0]))
  const endpoint: Endpoint = {
    ...(ip === undefined && ip6 === undefined ? {} : { IPAMConfig: addresses }),
    ...(aliases.length === 0 ? {} : { Aliases: aliases }),
  }
  const body = { Container: String(line.subject[1]), EndpointConfig: endpoint }
  return { api: { call: 'network connect', network: String(line.subject[0]), body } }
}

/** `docker network connect`. */
export const networkConnect = form({
  words: ['docker', 'network', 'connect'],
  subject: [
    word([], textKind<string>('a Docker name', ['n1'], networkName)),
    word([], textKind<string>('a Docker name', ['a1'], dockerName)),
  ],
  clauses: connectClauses,
  takes: 'options',
  print: ({ own, said }) => ['docker', 'network', 'connect', ...said.flatMap((one) => one.words), ...own],
  facts: (line) => ({
    undo: { argv: ['docker', 'network', 'disconnect', String(line.subject[0]), String(line.subject[1])] },
    ...connectCall(line),
  }),
  does: (line) => [
    { does: 'makes', kind: 'endpoint', name: String(line.subject[1]), network: String(line.subject[0]) },
  ],
})
