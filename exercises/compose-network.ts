/** compose-network: Tidied networks. */
import { exercise } from '../lib/learn/exercise.ts'
import { file, shop } from './labs/shop.ts'

const source = { report: 'https://github.com/docker/compose/issues/2862' }

export default exercise(import.meta, { title: 'Tidied networks', level: 2, source }, (draw) => {
  const it = shop(draw)
  return {
    build: it.build,
    report: `Since the networks of the shop were tidied in ${file} its page is empty: web finds no address for db.`,
    faults: [
      {
        at: 'web-1',
        layer: 'Compose',
        cause: 'name does not resolve',
        fact: `In ${file} web is on the network front alone, db on back: they have none in common.`,
        shows: { from: 'web-1', to: 'db', port: it.dbPort, dns: true },
        breaks: it.edit('s/networks: \\[front, back\\]/networks: [front]/'),
        mends: it.edit('0,/networks: \\[front\\]/s//networks: [front, back]/'),
        anyWay: true,
      },
    ],
    goal: [it.toDb],
    stays: [...it.toWeb, it.toLog, it.nextTo, it.toServer, ...it.guarded],
  }
})
