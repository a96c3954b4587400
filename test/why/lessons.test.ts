/**
 * The lessons are true: the reason that a scenario gives for a silence is the one that `why` finds. Each reason stands
 * here with what must be found; one that does not stand here fails.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckResult } from '../../lib/lab/events.ts'
import type { Verdict } from '../../lib/why/verdict.ts'
import { vethlab } from '../helpers/machine.ts'

/** What must be found: the cause, or one that depends on the engine, and something in the words of the rule. */
type Finding = readonly [causes: ReadonlyArray<Verdict['cause']>, rule?: RegExp]

const dropped = /-j DROP$|-P FORWARD DROP$/
const lessons: Readonly<Record<string, Finding>> = {
  'no address, so no route, yet': [['no route']],
  'the host has no leg in that subnet': [['no route']],
  'the default bridge has none': [['name does not resolve']],
  'Docker isolates its bridges from each other': [['rule'], /DOCKER-ISOLATION|-t raw .* ! -i .* -j DROP/],
  'server2 knows no way to 172.17.0.0/16': [['no route']],
  'the way is right, but server1 lets nobody in': [
    ['policy', 'rule'],
    /-P FORWARD DROP|! -i docker0 .*-j DROP/,
  ],
  'Test1 of the slides: all pairs': [['policy', 'rule', 'no route']],
  'past the published port: as the rules of this engine say': [['rule'], /! -i docker0 .*-j DROP/],
  'the switch does not know the MAC addresses of the containers': [['promiscuous mode denied']],
  'nor for that of alpine2, whoever asks': [['promiscuous mode denied']],
  'as in macvlan': [['promiscuous mode denied']],
  'a macvlan and its parent never talk': [['macvlan and its parent']],
  'a macvlan and its parent still never talk': [['macvlan and its parent']],
  'Test3 of the slides: all pairs': [['macvlan and its parent', 'promiscuous mode denied']],
  'Test4 of the slides: all pairs': [['macvlan and its parent']],
  'Docker lets nobody in from outside its networks': [['policy', 'rule'], dropped],
  'enough up to Engine 27; since 28 rules of its own drop it': [['rule'], /! -i br-.*-j DROP/],
  '3. net1 and container: enough up to Engine 27': [['rule'], /-t raw .*! -i br-.*-j DROP/],
  'past raw; there is a second one': [['rule'], /-A DOCKER ! -i br-.*-j DROP/],
}

for (const name of ['namespaces', 'bridge', 'nat', 'macvlan', 'promiscuous', 'net1', 'slides'])
  test(`${name}: the reasons it gives are the ones that are found`, async () => {
    const { code, stdout, stderr } = await vethlab(name, ['test', '--why', '--json'])
    assert.equal(code, 0, stderr)
    const checks: CheckResult[] = JSON.parse(stdout).checks
    const silent = checks.filter(({ observed }) =>
      /^(no reply|unreachable|filtered|does not resolve)/.test(observed),
    )
    for (const { from, to, why, verdict } of silent) {
      const lesson = lessons[why]
      assert.ok(lesson, `${name}: ${from} → ${to}: no finding is known for "${why}"; ${verdict?.cause}`)
      assert.ok(verdict, `${from} → ${to}: why was not asked`)
      const [causes, rule = /^/] = lesson
      assert.ok(
        causes.includes(verdict.cause),
        `${from} → ${to}, "${why}": found ${verdict.cause}: ${verdict.says}`,
      )
      assert.match(verdict.rule?.text ?? '', rule, `${from} → ${to}, "${why}": ${verdict.says}`)
    }
  })
