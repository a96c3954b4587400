/** A shop by Docker Compose: a web server that the LAN reads, a database behind it. Its file is /opt/shop/compose.yaml. */
import { type Command, type Lab, server } from 'vethlab'
import type { Draw } from '../../lib/learn/exercise.ts'
import { bridge, clients, made } from './cables.ts'

const folder = '/opt/shop'
/** The file of the shop. */
export const file = `${folder}/compose.yaml`

/** What a container does: it answers at a port as long as it runs. */
const serves = (port: number): string =>
  `sh -c 'while busybox nc -ll -p ${port} -e busybox netstat -tn; do :; done'`

/** A shop as a seed has it. */
export function shop(draw: Draw) {
  const server1 = server('server1')
  const [one = '', two = ''] = draw.names(2)
  const [here, front, back] = [draw.subnet(), draw.subnet(), draw.subnet()]
  const [outer, port, dbPort] = [draw.port(), draw.port(), draw.port()]
  const [a, b] = [server1.netns(one), server1.netns(two)]
  const project = server1.compose('shop', file)
  const [web, log] = [project.container('web'), project.container('log')]
  const at = { server: `${here}.1`, a: `${here}.11`, b: `${here}.12`, db: `${back}.22` } as const
  const net = (name: string, subnet: string) => [
    `  ${name}:`,
    `    driver_opts: { com.docker.network.bridge.name: br-${name} }`,
    `    ipam: { config: [{ subnet: ${subnet}.0/24 }] }`,
  ]
  const text = [
    'services:',
    '  web:',
    '    image: ${IMAGE:-alpine:latest}',
    `    command: ${serves(port)}`,
    '    stop_grace_period: 0s',
    `    ports: ["${outer}:${port}"]`,
    '    networks: [front, back]',
    '  db:',
    '    image: ${IMAGE:-alpine:latest}',
    `    command: ${serves(dbPort)}`,
    '    stop_grace_period: 0s',
    `    networks: { back: { ipv4_address: ${at.db} } }`,
    '  log:',
    '    image: ${IMAGE:-alpine:latest}',
    `    command: ${serves(dbPort)}`,
    '    stop_grace_period: 0s',
    '    networks: [front]',
    'networks:',
    ...net('front', front),
    ...net('back', back),
  ]
  const { compose } = server1.docker
  /** Does what the file says now. */
  const up = () => compose.up({ project: 'shop', file, detach: true, removeOrphans: true })
  /** Edits the file, as by hand, and does what it says then. */
  const edit = (change: string): Command[] => [server1.exec('sed', '-i', change, file), up()]
  const build = async (lab: Lab) => {
    await lab.step('A LAN with two clients', ...[a, b].map(made), bridge(server1, 'lan'))
    await lab.step(
      'Cables and addresses',
      ...clients(server1, [a, b], at),
      server1.iptables.filter.append('FORWARD').in('lan').out('lan').jump('ACCEPT'),
    )
    await lab.step(
      'The shop',
      server1.exec(
        'sh',
        '-c',
        'mkdir -p "$1"; to=$1; shift; printf "%s\\n" "$@" >"$to/compose.yaml"',
        'sh',
        folder,
        ...text,
      ),
      up(),
    )
  }
  return {
    ...{ server1, a, b, web, log, at, outer, port, dbPort, build, edit },
    toWeb: [a.tcp(at.server, outer).open, b.tcp(at.server, outer).open],
    toDb: web.tcp('db', dbPort).open,
    toLog: web.tcp('log', dbPort).open,
    nextTo: a.ping(at.b).replies,
    toServer: a.ping(at.server).replies,
    /** The database is for web alone: not for the LAN, and not for what is on the front network only. */
    guarded: [a.tcp(at.db, dbPort).silent, log.dns('db').doesNotResolve],
    ask: { from: a.name, to: at.server, port: outer },
  }
}
