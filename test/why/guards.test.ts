/**
 * What must hold whatever the cause: `why` and a program that asks the same never disagree; what it says to see is
 * there to be seen; what it says undoes it does something; who listens is never called nobody.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type OpenLab, server } from '../../lib/index.ts'
import { enter } from '../../lib/server/enter.ts'
import { finished } from '../../lib/server/process.ts'
import { why } from '../../lib/why/why.ts'
import { standing } from '../helpers/standing.ts'

const s = server('s')
const [a, r, b] = ['a', 'r', 'b'].map((name) => s.netns(name)) as [
  ReturnType<typeof s.netns>,
  ReturnType<typeof s.netns>,
  ReturnType<typeof s.netns>,
]

let lab: OpenLab
let close = async () => {}
after(() => close())

/** A line of shell on the server. */
async function shell(line: string): Promise<{ code: number; text: string }> {
  const { record } = lab.sandbox
  const [first] = record.servers
  assert.ok(first)
  const { code, stdout, stderr } = await finished(enter({ lab: record, server: first }, ['sh', '-c', line]))
  return { code: code ?? 1, text: `${stdout}${stderr}` }
}

/** a (10.1.0.2) – r – b (10.2.0.2), which listens on 80; both families. */
before(async () => {
  ;({ lab, close } = await standing(async (lab) => {
    await lab.step('namespaces', a.add(), r.add(), b.add())
    await lab.step(
      'a - r - b',
      s.exec(
        'sh',
        '-c',
        // Without duplicate address detection: no question waits for it.
        `set -e
        for at in a r b; do ip netns exec $at sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0; done
        ip -n a link add eth0 type veth peer name eth0 netns r
        ip -n r link add eth1 type veth peer name eth0 netns b
        for at in a:eth0 a:lo r:eth0 r:eth1 r:lo b:eth0 b:lo; do ip -n \${at%:*} link set \${at#*:} up; done
        ip -n a addr add 10.1.0.2/24 dev eth0; ip -n r addr add 10.1.0.1/24 dev eth0
        ip -n r addr add 10.2.0.1/24 dev eth1; ip -n b addr add 10.2.0.2/24 dev eth0
        ip -n a addr add fd01::2/64 dev eth0 nodad; ip -n r addr add fd01::1/64 dev eth0 nodad
        ip -n r addr add fd02::1/64 dev eth1 nodad; ip -n b addr add fd02::2/64 dev eth0 nodad
        ip -n a route add default via 10.1.0.1; ip -n b route add default via 10.2.0.1
        ip -n a -6 route add default via fd01::1; ip -n b -6 route add default via fd02::1
        ip netns exec r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1`,
      ),
    )
    await lab.step('it listens', b.listen(80))
  }))
})

/** What breaks it: a line of shell, what is asked, and what mends it where its undo does not. */
const faults: ReadonlyArray<{ name: string; break: string; to?: string; port?: number; mend: string }> = [
  { name: 'nothing', break: ':', mend: ':' },
  { name: 'nothing, TCP', break: ':', port: 80, mend: ':' },
  { name: 'nothing, IPv6', break: ':', to: 'fd02::2', mend: ':' },
  {
    name: 'a rule at home',
    break: 'ip netns exec a iptables -A INPUT -p icmp -j DROP',
    mend: 'ip netns exec a iptables -F',
  },
  {
    name: 'a policy at home, TCP',
    break: 'ip netns exec a iptables -P INPUT DROP',
    port: 80,
    mend: 'ip netns exec a iptables -P INPUT ACCEPT; ip netns exec a iptables -F',
  },
  {
    name: 'a policy on the way',
    break: 'ip netns exec r iptables -P FORWARD DROP',
    mend: 'ip netns exec r iptables -P FORWARD ACCEPT; ip netns exec r iptables -F',
  },
  {
    name: 'a policy on the way, IPv6',
    break: 'ip netns exec r ip6tables -P FORWARD DROP',
    to: 'fd02::2',
    mend: 'ip netns exec r ip6tables -P FORWARD ACCEPT; ip netns exec r ip6tables -F',
  },
  {
    name: 'a reset by a rule',
    break: 'ip netns exec b iptables -A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset',
    port: 80,
    mend: 'ip netns exec b iptables -F',
  },
  {
    name: 'forwarding of one interface',
    break: 'ip netns exec r sysctl -qw net.ipv4.conf.eth0.forwarding=0',
    mend: 'ip netns exec r sysctl -qw net.ipv4.conf.eth0.forwarding=1',
  },
  {
    name: 'forwarding of IPv6',
    break: 'ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=0',
    to: 'fd02::2',
    mend: 'ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1',
  },
  {
    name: 'a rule of routing',
    break: 'ip -n r route add unreachable default table 100; ip -n r rule add from 10.1.0.0/24 lookup 100',
    mend: 'ip -n r rule del from 10.1.0.0/24 lookup 100; ip -n r route flush table 100',
  },
  {
    name: 'no route back',
    break: 'ip -n b route del default',
    mend: 'ip -n b route replace default via 10.2.0.1',
  },
  {
    name: 'no route back, IPv6',
    break: 'ip -n b -6 route del default',
    to: 'fd02::2',
    mend: 'ip -n b -6 route replace default via fd02::1',
  },
  {
    name: 'IPsec',
    break: 'ip -n b xfrm policy add src 10.1.0.2 dst 10.2.0.2 dir in action block',
    mend: 'ip -n b xfrm policy flush',
  },
  {
    name: 'the link of the target',
    break: 'ip -n b link set eth0 down',
    mend: 'ip -n b link set eth0 up; ip -n b route replace default via 10.2.0.1; ip -n b addr replace fd02::2/64 dev eth0 nodad; ip -n b -6 route replace default via fd02::1',
  },
]

for (const fault of faults)
  test(`${fault.name}: why and a program agree; what it says to see and to do is so`, async () => {
    const to = fault.to ?? '10.2.0.2'
    const program = fault.port
      ? `ip netns exec a nc -z -w 1 ${to} ${fault.port}`
      : `ip netns exec a ping -c 1 -W 1 ${to}`
    const question = { from: 'a', to, ...(fault.port ? { port: fault.port } : {}) }
    assert.equal((await shell(fault.break)).code, 0)
    try {
      // A busy machine may be late once.
      const works = (await shell(`${program} || ${program}`)).code === 0
      const { verdict } = await lab.why(question)
      assert.equal(verdict.status === 'delivered', works, `${fault.name}: ${verdict.says}`)
      assert.notEqual(verdict.status, 'unknown', verdict.says)
      if (works) return
      assert.doesNotMatch(verdict.says, /nobody listens/, 'somebody listens on port 80')
      assert.ok(verdict.see, 'it can be seen by hand')
      const seen = await shell(verdict.see)
      assert.notEqual(seen.text, '', verdict.see)
      assert.ok(verdict.undo && !/GATEWAY/.test(verdict.undo), `it can be undone: ${verdict.undo}`)
      const undone = await shell(verdict.undo)
      assert.equal(undone.code, 0, `${verdict.undo}: ${undone.text}`)
      const next = (await lab.why(question)).verdict
      assert.notDeepEqual(
        [next.cause, next.place, next.packet],
        [verdict.cause, verdict.place, verdict.packet],
        verdict.undo,
      )
    } finally {
      await shell(fault.mend)
    }
  })

test('a place that cannot be watched is no verdict', async () => {
  const { record } = lab.sandbox
  await assert.rejects(why({ ...record, path: '/nowhere' }, { from: 'a', to: 'b' }))
})

test('a place that has both families is asked in both, and each is told', async () => {
  await shell('ip netns exec r ip6tables -P FORWARD DROP')
  try {
    const { verdict, families } = await lab.why({ from: 'a', to: 'b' })
    assert.deepEqual([verdict.status, verdict.place, families?.[4].status], ['died', 'r', 'delivered'])
    assert.match(verdict.says, /^by IPv6: /)
  } finally {
    await shell('ip netns exec r ip6tables -P FORWARD ACCEPT')
  }
})
