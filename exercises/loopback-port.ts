/** loopback-port: Open on the machine itself. */
import { exercise } from '../lib/learn/exercise.ts'
import { published } from './labs/published.ts'

const source = { report: 'https://github.com/OWASP/crAPI/issues/94' }

export default exercise(import.meta, { title: 'Open on the machine itself', level: 2, source }, (draw) => {
  const it = published(draw)
  return {
    build: it.build,
    report: `On server1 itself the page opens at port ${it.outer}; from the LAN it is refused.`,
    faults: [
      {
        at: it.server1.name,
        layer: 'Docker',
        cause: 'listens on 127.0.0.1 only',
        fact: `web was started with -p 127.0.0.1:${it.outer}:${it.port}: published for server1 alone.`,
        shows: it.ask,
        breaks: [it.docker.rm('web', { force: true }), ...it.runWeb('127.0.0.1:')],
        mends: [it.docker.rm('web', { force: true }), ...it.runWeb()],
      },
    ],
    goal: it.toWeb,
    stays: [it.toDb, it.nextTo, it.toServer, it.guarded],
  }
})
