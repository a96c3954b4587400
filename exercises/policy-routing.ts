/** policy-routing: Another way for you. */
import { exercise } from '../lib/learn/exercise.ts'
import { office } from './labs/office.ts'

export default exercise(import.meta, { title: 'Another way for you', level: 3 }, (draw) => {
  const it = office(draw)
  return {
    build: it.build,
    report: `Of all in the office only ${it.a.name} reaches no server; its own settings are right.`,
    faults: [
      {
        at: it.gate.name,
        layer: 'route',
        cause: 'no route',
        fact: `A rule (ip rule) in gate sends what comes from ${it.at.a} to a table with no way.`,
        shows: it.ask,
        breaks: [
          it.gate.ip.route.add('default').unreachable().table(100),
          it.gate.ip.rule.add().from(it.at.a).table(100),
        ],
        mends: [
          it.gate.ip.rule.del().from(it.at.a).table(100),
          it.gate.ip.route.del('default').unreachable().table(100),
        ],
      },
    ],
    goal: [...it.toWeb.slice(0, 1), it.toDb],
    stays: [...it.toWeb.slice(1), it.nextTo, it.guarded],
  }
})
