/** icc: Neighbours who may not talk. */
import { exercise } from '../lib/learn/exercise.ts'
import { published } from './labs/published.ts'

const source = { report: 'https://github.com/moby/moby/issues/45126', engine: '20.10.23' }

export default exercise(import.meta, { title: 'Neighbours who may not talk', level: 4, source }, (draw) => {
  const it = published(draw)
  const anew = (talk: boolean) => [
    it.docker.rm(['web', 'db'], { force: true }),
    it.docker.network.rm('app'),
    it.network(talk),
    ...it.runWeb(),
    ...it.runDb(),
  ]
  return {
    build: it.build,
    report: `Since the containers were made anew the page opens without its data. The name of the database resolves.`,
    faults: [
      {
        at: it.server1.name,
        layer: 'Docker',
        cause: 'rule',
        fact: `The network app was made with enable_icc=false: Docker drops what its containers say to each other.`,
        shows: { from: it.web.name, to: it.at.db, port: it.dbPort },
        breaks: anew(false),
        mends: anew(true),
      },
    ],
    goal: [it.toDb],
    stays: [...it.toWeb, it.nextTo, it.toServer, it.guarded],
  }
})
