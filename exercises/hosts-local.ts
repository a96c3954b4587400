/** hosts-local: A name left from testing. */
import { exercise } from '../lib/learn/exercise.ts'
import { editHosts, namedOffice } from './labs/names.ts'

export default exercise(import.meta, { title: 'A name left from testing', level: 2 }, (draw) => {
  const { it, name, line, build } = namedOffice(draw)
  return {
    build,
    report: `${name} refuses ${it.a.name} at once; ${it.b.name} reads it. No firewall was touched.`,
    faults: [
      {
        at: it.a.name,
        layer: 'DNS',
        cause: 'nobody listens',
        fact: `The hosts file of ${it.a.name} says that ${name} is 127.0.0.1: ${it.a.name} asks itself.`,
        shows: { from: it.a.name, to: name, port: it.port },
        breaks: [editHosts(it.server1, it.a, `s/^${it.at.web} /127.0.0.1 /`)],
        mends: [editHosts(it.server1, it.a, `s/^127.0.0.1 ${name}$/${line}/`)],
      },
    ],
    goal: [it.a, it.b].map((place) => place.tcp(name, it.port).open),
    stays: [...it.toWeb, it.toDb, it.nextTo, it.guarded],
  }
})
