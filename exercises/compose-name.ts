/** compose-name: The service has another name. */
import { exercise } from '../lib/learn/exercise.ts'
import { file, shop } from './labs/shop.ts'

const source = { report: 'https://github.com/HenryGP/om_ansible/issues/3' }

export default exercise(import.meta, { title: 'The service has another name', level: 1, source }, (draw) => {
  const it = shop(draw)
  const other = draw.one(['database', 'store', 'postgres', 'sql'])
  return {
    build: it.build,
    report: `Somebody gave the services of the shop better names. Since then web, which asks for db, has no data.`,
    faults: [
      {
        at: 'web-1',
        layer: 'Compose',
        cause: 'name does not resolve',
        fact: `In ${file} the service is called ${other}; web asks for db.`,
        shows: { from: 'web-1', to: 'db', port: it.dbPort, dns: true },
        breaks: it.edit(`s/^  db:/  ${other}:/`),
        mends: it.edit(`s/^  ${other}:/  db:/`),
        anyWay: true,
      },
    ],
    goal: [it.toDb],
    stays: [...it.toWeb, it.toLog, it.nextTo, it.toServer, ...it.guarded],
  }
})
