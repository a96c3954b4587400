/** hosts-name: A name that one does not know. */
import { exercise } from '../lib/learn/exercise.ts'
import { editHosts, namedOffice } from './labs/names.ts'

export default exercise(import.meta, { title: 'A name that one does not know', level: 1 }, (draw) => {
  const { it, name, build } = namedOffice(draw)
  const byName = [it.a, it.b].map((place) => place.tcp(name, it.port).open)
  return {
    build,
    report: `${it.a.name} types ${name} and gets no page; by its address the web server opens. ${it.b.name} beside it types the same, and reads.`,
    faults: [
      {
        at: it.a.name,
        layer: 'DNS',
        cause: 'name does not resolve',
        fact: `The hosts file of ${it.a.name}, /etc/netns/${it.a.name}/hosts, has a slip in the name ${name}.`,
        shows: { from: it.a.name, to: name, port: it.port },
        breaks: [editHosts(it.server1, it.a, `s/ ${name}$/ ${name.replace('.office', '.ofice')}/`)],
        mends: [editHosts(it.server1, it.a, `s/ ${name.replace('.office', '.ofice')}$/ ${name}/`)],
      },
    ],
    goal: byName,
    stays: [...it.toWeb, it.toDb, it.nextTo, it.guarded],
  }
})
