/** A machine with containers, and a client on its LAN: a published web server, and a database for it alone. */
import { image, type Lab, server } from 'vethlab'
import type { Draw } from '../../lib/learn/exercise.ts'
import { bridge, clients, made } from './cables.ts'

/** Such a machine as a seed has it. */
export function published(draw: Draw) {
  const server1 = server('server1')
  const [one = '', two = ''] = draw.names(2)
  const [here, there] = [draw.subnet(), draw.subnet()]
  const [outer, port, dbPort] = [draw.port(), draw.port(), draw.port()]
  const [a, b] = [server1.netns(one), server1.netns(two)]
  const [web, db] = [server1.container('web'), server1.container('db')]
  const at = {
    server: `${here}.1`,
    a: `${here}.11`,
    b: `${here}.12`,
    web: `${there}.21`,
    db: `${there}.22`,
  } as const
  const { docker } = server1
  /** The network of the two, with or without a say in whether they talk. */
  const network = (talk = true) =>
    docker.network
      .create('app')
      .subnet(`${there}.0/24`)
      .option('com.docker.network.bridge.name', 'br-app')
      .option('com.docker.network.bridge.enable_icc', String(talk))
  const runWeb = (address = '') => [
    docker.run(image).name('web').network('app').ip(at.web).publish(`${address}${outer}:${port}`),
    web.listen(port),
  ]
  const runDb = () => [docker.run(image).name('db').network('app').ip(at.db), db.listen(dbPort)]
  const build = async (lab: Lab) => {
    await lab.step('A LAN with two clients', ...[a, b].map(made), bridge(server1, 'lan'))
    await lab.step('Cables and addresses', ...clients(server1, [a, b], at))
    await lab.step('A network with two containers', network(), ...runWeb(), ...runDb())
    await lab.step(
      'What the clients say to each other passes the firewall, too, which Docker has shut',
      server1.iptables.filter.append('FORWARD').in('lan').out('lan').jump('ACCEPT'),
    )
  }
  return {
    ...{ server1, docker, a, b, web, db, at, outer, port, dbPort, build, network, runWeb, runDb },
    toWeb: [a.tcp(at.server, outer).open, b.tcp(at.server, outer).open],
    toDb: web.tcp('db', dbPort).open,
    nextTo: a.ping(at.b).replies,
    toServer: a.ping(at.server).replies,
    /** The database is for web alone. */
    guarded: a.tcp(at.db, dbPort).silent,
    ask: { from: a.name, to: at.server, port: outer },
  }
}
