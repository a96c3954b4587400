/** listener: Only for itself. */
import { exercise } from '../lib/learn/exercise.ts'
import { home } from './labs/home.ts'

export default exercise(import.meta, { title: 'Only for itself', level: 1 }, (draw) => {
  const it = home(draw)
  return {
    build: it.build,
    report: `The site refuses everybody since its program was started again; who runs it says that it works.`,
    faults: [
      {
        at: it.site.name,
        layer: 'listener',
        cause: 'listens on 127.0.0.1 only',
        fact: `The program of site listens at port ${it.port} of 127.0.0.1 only.`,
        shows: it.ask,
        breaks: [it.ends, it.serves('127.0.0.1:')],
        mends: [it.ends, it.serves()],
      },
    ],
    goal: it.toSite,
    stays: [it.fromRouter, it.toAdmin, it.nextTo, it.guarded],
  }
})
