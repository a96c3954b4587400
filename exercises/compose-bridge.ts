/** compose-bridge: No network of one's own. */
import { exercise } from '../lib/learn/exercise.ts'
import { file, shop } from './labs/shop.ts'

const source = { report: 'https://github.com/docker/compose/issues/9513', engine: 'Compose 2.5.0' }

export default exercise(import.meta, { title: "No network of one's own", level: 3, source }, (draw) => {
  const it = shop(draw)
  return {
    build: it.build,
    report: `Somebody made ${file} simpler. The shop opens, and its page is empty: web finds no address for db, nor for log.`,
    faults: [
      {
        at: 'web-1',
        layer: 'Compose',
        cause: 'name does not resolve',
        fact: `In ${file} web has network_mode: bridge. That is the default bridge, where names do not resolve.`,
        shows: { from: 'web-1', to: 'db', port: it.dbPort, dns: true },
        breaks: it.edit('s/networks: \\[front, back\\]/network_mode: bridge/'),
        mends: it.edit('s/network_mode: bridge/networks: [front, back]/'),
        anyWay: true,
      },
    ],
    goal: [it.toDb, it.toLog],
    stays: [...it.toWeb, it.nextTo, it.toServer, ...it.guarded],
  }
})
