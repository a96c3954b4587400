/** A sample of the crash test, another one each time: every scenario, struck at a few of its commands. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needsRoot } from '../helpers/machine.ts'
import { allCases, allScenarios, tryAll } from './all.ts'
import { type Case, type Fault, faults } from './faults.ts'
import { withMachine } from './machine.ts'
import { unclean } from './report.ts'

const root = needsRoot('a virtual server is the machine')
const seed = Number(process.env.SEED ?? Date.now() % 1000)

test('what the tool could leave on a machine is seen', root, async () => {
  const tampering = {
    links: 'ip link add left type bridge',
    addresses: 'ip addr add 10.9.9.9/32 dev lo',
    routes: 'ip route add blackhole 10.9.9.0/24',
    rules: 'ip rule add from 10.9.9.9 lookup 99',
    firewall: 'iptables -A FORWARD -s 10.9.9.9 -j DROP',
    sysctls: 'sysctl -w net.ipv4.conf.lo.rp_filter=2',
    namespaces: 'ip netns add left',
    docker: 'docker volume create left',
    mounts: 'mount -n -t tmpfs tmpfs /mnt',
    cgroups: 'mkdir /sys/fs/cgroup/vethlab-left',
    folders: 'mkdir -p /var/lib/vethlab/left',
  }
  await withMachine(async (machine) => {
    const before = await machine.look()
    for (const line of Object.values(tampering)) {
      const { code, stderr } = await machine.run(['sh', '-c', line])
      assert.equal(code, 0, line + stderr)
    }
    const changed = await machine.changedSince(before)
    for (const part of Object.keys(tampering))
      assert.ok(
        changed.some((line) => line.startsWith(`+ ${part}: `)),
        `${part}\n${changed.join('\n')}`,
      )
  })
})

/** Of each scenario a few: at the beginning, in the middle, at the end, each time struck in another way. */
function sample(cases: readonly Case[]): Case[] {
  const strikes = faults.filter(({ strike }) => strike)
  const others = faults.filter(({ strike }) => !strike)
  const pick = (scenario: string, fault: Fault, part: number): Case | undefined => {
    const its = cases.filter((one) => one.scenario === scenario && one.fault === fault)
    return its[Math.floor(its.length * part)]
  }
  const parts = process.env.WHOLE ? 3 : 1
  const struck = allScenarios.flatMap((scenario, index) =>
    Array.from({ length: parts }, (_, i) => {
      const within = ((seed + 7 * index + 3 * i) % 10) / 10
      const fault = strikes[(seed + index + i) % strikes.length] as Fault
      return pick(scenario, fault, (i + within) / parts)
    }),
  )
  const other = others.flatMap((fault, index) =>
    [0, 1].slice(0, parts).map((i) => {
      const scenario = allScenarios[(seed + 5 * index + 4 * i) % allScenarios.length] as string
      return pick(scenario, fault, ((seed + 3 * i) % 10) / 10)
    }),
  )
  return [...struck, ...other].filter((one) => one !== undefined)
}

test(`a run that is struck leaves nothing (SEED=${seed})`, root, async (t) => {
  // Half of the scenarios on virtual servers, half on the machine itself; the next time the other way round.
  const half = (odd: number) => allScenarios.filter((_, index) => (index + seed + odd) % 2 === 0)
  const all = [
    ...(await allCases({ where: ['sandbox'], scenarios: half(0), faults })),
    ...(await allCases({ where: ['host'], scenarios: half(1), faults })),
  ]
  const cases = sample(all)
  const tried = await tryAll(cases)
  t.diagnostic(
    `${tried.length} cases: ${cases.map(({ on, scenario, fault, at }) => `${on} ${scenario} ${fault.name} ${at}`).join(', ')}`,
  )
  assert.equal(unclean(tried), '')
})
