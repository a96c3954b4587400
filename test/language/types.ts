/** What the types refuse. Never run: tsc fails when one of these compiles. */
import { scenario, server } from '../../lib/index.ts'

const host = server('server1')
const { filter, nat, raw } = host.iptables

export const refused = () => [
  // @ts-expect-error MASQUERADE needs POSTROUTING
  nat.append('PREROUTING').jump('MASQUERADE'),
  // @ts-expect-error MASQUERADE needs the nat table
  filter.append('FORWARD').jump('MASQUERADE'),
  // @ts-expect-error filter has no POSTROUTING
  filter.append('POSTROUTING'),
  // @ts-expect-error raw has no FORWARD
  raw.insert('FORWARD'),
  // @ts-expect-error no way out is known in PREROUTING
  nat.append('PREROUTING').out('e0'),
  // @ts-expect-error nor in INPUT
  filter.append('INPUT').out('e0'),
  // @ts-expect-error no way in counts in POSTROUTING
  nat.append('POSTROUTING').in('e0'),
  // @ts-expect-error nor in OUTPUT
  filter.append('OUTPUT').not.in('e0'),
  // @ts-expect-error DNAT needs a destination
  nat.append('PREROUTING').jump('DNAT'),
  // @ts-expect-error SNAT is for the way out
  nat.append('PREROUTING').jump('SNAT', { to: '10.0.0.1' }),
  // @ts-expect-error a port needs tcp or udp
  filter.append('INPUT').dport(80),
  // @ts-expect-error icmp has no ports
  filter.append('INPUT').protocol('icmp').dport(80),
  // @ts-expect-error only built-in chains have a policy
  filter.policy('DOCKER-USER', 'DROP'),
  // @ts-expect-error a policy is ACCEPT or DROP
  filter.policy('INPUT', 'REJECT'),
  // @ts-expect-error a veth needs its peer
  host.ip.link.add('a').type('veth'),
  // @ts-expect-error a macvlan needs its parent
  host.ip.link.add('a').type('macvlan', { mode: 'bridge' }),
  // @ts-expect-error a bridge has no mode
  host.ip.link.add('a').type('bridge', { mode: 'bridge' }),
  // @ts-expect-error an address has four parts
  host.ip.addr.add('10.0.0'),
  // @ts-expect-error a vxlan has no ports
  host.ip.link.add('x').type('vxlan', { id: 7, port: 1 }),
  // @ts-expect-error a rule has no gateway
  host.ip.rule.add().via('10.0.0.1'),
  // @ts-expect-error a gateway has none
  host.ip.route.add('default').via('10.0.0.1/24'),
  // @ts-expect-error a namespace has no engine
  host.netns('net1').docker,
]

export default scenario(import.meta, 'what a step refuses', async (lab) => {
  // @ts-expect-error a rule is a command only after jump()
  await lab.step('no target', filter.append('FORWARD').in('e0'))
  // @ts-expect-error a container needs a name
  await lab.step('no name', host.docker.run('alpine'))
  // @ts-expect-error an address is a command only with dev()
  await lab.step('no interface', host.ip.addr.add('10.0.0.1/24'))
  // @ts-expect-error a probe is a check only with its outcome
  await lab.check(host.ping('10.0.0.1'), 'why')
  // @ts-expect-error a check needs its reason
  await lab.check(host.ping('10.0.0.1').replies)
})
