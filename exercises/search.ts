/** search: The long name works. */
import { image } from 'vethlab'
import { exercise } from '../lib/learn/exercise.ts'
import { published } from './labs/published.ts'

const source = { report: 'https://github.com/docker/for-mac/issues/1763', engine: '17.06.0-ce' }

export default exercise(import.meta, { title: 'The long name works', level: 3, source }, (draw) => {
  const it = published(draw)
  const [right, wrong] = draw.some(['shop.lan', 'office.lan', 'home.lan', 'lab.lan'], 2)
  const store = it.server1.container('store')
  const port = draw.port()
  const searches = (domain: string | undefined) =>
    it.web.exec('sh', '-c', `printf 'search ${domain}\\nnameserver 127.0.0.11\\n' >/etc/resolv.conf`)
  return {
    build: async (lab) => {
      await it.build(lab)
      await lab.step(
        'A store, which web calls by a short name',
        it.docker.run(image).name('store').network('app').networkAlias(`stock.${right}`),
        store.listen(port),
        searches(right),
      )
    },
    report: `web does not find stock any more; stock.${right} it finds.`,
    faults: [
      {
        at: it.web.name,
        layer: 'DNS',
        cause: 'name does not resolve',
        fact: `/etc/resolv.conf of web searches ${wrong}; the name is in ${right}.`,
        shows: { from: it.web.name, to: 'stock', port },
        breaks: [searches(wrong)],
        mends: [searches(right)],
      },
    ],
    goal: [it.web.tcp('stock', port).open],
    stays: [
      it.web.tcp(`stock.${right}`, port).open,
      it.toDb,
      ...it.toWeb,
      it.nextTo,
      it.toServer,
      it.guarded,
    ],
  }
})
