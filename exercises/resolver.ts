/** resolver: The wrong one to ask. */
import { exercise } from '../lib/learn/exercise.ts'
import { published } from './labs/published.ts'

const source = { report: 'https://github.com/moby/moby/issues/41003', engine: '19.03.9' }

export default exercise(import.meta, { title: 'The wrong one to ask', level: 3, source }, (draw) => {
  const it = published(draw)
  const nobody = it.at.db.replace(/\d+$/, '53')
  const asks = (whom: string) => it.web.exec('sh', '-c', `echo "nameserver ${whom}" >/etc/resolv.conf`)
  return {
    build: it.build,
    report: `Since somebody gave web "a faster name server" its page is empty: it finds no address for db.`,
    faults: [
      {
        at: it.web.name,
        layer: 'DNS',
        cause: 'no such address',
        fact: `/etc/resolv.conf of web names ${nobody}, which nobody has. Docker's own is 127.0.0.11.`,
        shows: { from: it.web.name, to: 'db', port: it.dbPort, dns: true },
        breaks: [asks(nobody)],
        mends: [asks('127.0.0.11')],
      },
    ],
    goal: [it.toDb],
    stays: [...it.toWeb, it.nextTo, it.toServer, it.guarded],
  }
})
