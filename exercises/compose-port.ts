/** compose-port: Nobody but the machine itself. */
import { exercise } from '../lib/learn/exercise.ts'
import { file, shop } from './labs/shop.ts'

const source = { report: 'https://github.com/nezhar/wordpress-docker-compose/issues/64' }

export default exercise(import.meta, { title: 'For the machine alone', level: 2, source }, (draw) => {
  const it = shop(draw)
  return {
    build: it.build,
    report: `The shop opens on server1, at port ${it.outer} of localhost; the LAN gets no page.`,
    faults: [
      {
        at: it.server1.name,
        layer: 'Compose',
        cause: 'listens on 127.0.0.1 only',
        fact: `${file} publishes 127.0.0.1:${it.outer}:${it.port}: for server1 alone.`,
        shows: it.ask,
        breaks: it.edit(`s/"${it.outer}:/"127.0.0.1:${it.outer}:/`),
        mends: it.edit(`s/"127.0.0.1:${it.outer}:/"${it.outer}:/`),
      },
    ],
    goal: it.toWeb,
    stays: [it.toDb, it.toLog, it.nextTo, it.toServer, ...it.guarded],
  }
})
