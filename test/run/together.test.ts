/** The two executors on a real server: the same state, the same failure. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OpenLab, server, withLab } from '../../lib/index.ts'
import type { Command } from '../../lib/language/command.ts'
import { networkOf } from '../helpers/state.ts'

const host = server('server1')
const { filter, nat, raw } = host.iptables
const nets = [1, 2, 3].map((number) => host.netns(`net${number}`))
const [net1, net2] = nets as [(typeof nets)[0], (typeof nets)[0]]

const both = async <T>(work: (lab: OpenLab) => Promise<T>): Promise<T[]> => {
  const results: T[] = []
  for (const batch of [false, true]) results.push(await withLab(work, { batch, name: `both-${batch}` }))
  return results
}

/** One of everything, with words that are hard to quote. */
const everything: Command[] = [
  ...nets.map((net) => net.add()),
  host.ip.link.add('br0').type('bridge'),
  host.ip.link.set('br0').up(),
  host.ip.addr.add('10.1.0.254/24').dev('br0'),
  ...nets.flatMap((net, index) => [
    host.ip.link.add(`p${index}`).type('veth', { peer: 'e0', netns: net }),
    net.ip.addr.add(`10.1.0.${index + 1}/24`).dev('e0'),
    net.ip.link.set('e0').mtu(1400),
    net.ip.link.set('e0').up(),
    host.ip.link.set(`p${index}`).master('br0'),
    host.ip.link.set(`p${index}`).up(),
    net.ip.link.set('lo').up(),
    net.ip.route.add('default').via('10.1.0.254'),
    net.sysctl.set('net.ipv4.ip_forward', 1),
    net.sysctl.set('net.ipv4.conf.e0.rp_filter', 0),
  ]),
  host.ip.link.add('loose').type('veth', { peer: 'wire' }),
  net1.ip.neigh.add('10.1.0.77').lladdr('02:00:00:00:00:01').dev('e0'),
  host.ip.link.set('wire').netns(net2),
  net2.ip.link.set('wire').up(),
  host.ip.link.del('loose'),
  host.sysctl.set('net.ipv4.ip_forward', 1),
  filter.newChain('LESSON'),
  filter.append('LESSON').source('10.1.0.0/24').comment(`it's "a" \\ $(b) # c`).jump('ACCEPT'),
  filter.append('LESSON').jump('LOG', { prefix: 'a "b" ' }),
  filter.insert('FORWARD').in('br0').jump('LESSON'),
  filter.insert('FORWARD', 2).protocol('tcp').dport(80).jump('DROP'),
  filter.policy('FORWARD', 'DROP'),
  nat.append('POSTROUTING').source('10.1.0.0/24').not.out('br0').jump('MASQUERADE'),
  nat.append('PREROUTING').protocol('tcp').dport(8080).jump('DNAT', { to: '10.1.0.1:80' }),
  raw.insert('PREROUTING').destination('10.1.0.9').jump('DROP'),
  raw.delete('PREROUTING').destination('10.1.0.9').jump('DROP'),
  net1.iptables.filter.append('INPUT').ctstate('ESTABLISHED').jump('ACCEPT'),
  net1.iptables.filter.append('INPUT').protocol('icmp').jump('DROP'),
]

test('one of everything comes to the same state; rules that were there before stay', async () => {
  const [oneByOne, batch] = await both(async (lab) => {
    await lab.step('before', filter.append('INPUT').source('10.9.9.9').jump('DROP'))
    await lab.step('everything', everything)
    assert.deepEqual(lab.results, [])
    return networkOf(lab.name)
  })
  assert.deepEqual(batch, oneByOne)
  assert.match(batch?.server1?.join('\n') ?? '', /-A INPUT -s 10\.9\.9\.9/)
})

/** What is wrong, and the command that must be named; a slip in the middle of others that are right. */
const wrong: Array<[string, Command, Command[]]> = [
  ['a link twice', host.ip.link.add('br0').type('bridge'), []],
  [
    'an address twice',
    net1.ip.addr.add('10.1.0.1/24').dev('lo'),
    [net1.ip.addr.add('10.1.0.1/24').dev('lo')],
  ],
  ['a namespace that is not there', host.netns('nowhere').ip.link.set('lo').up(), []],
  ['a link into one that is not there', host.ip.link.set('br0').netns(host.netns('nowhere')), []],
  ['a link that is not there', net1.ip.link.set('e9').up(), []],
  ['no way to the gateway', net1.ip.route.add('default').via('10.7.0.1'), []],
  [
    'a sysctl that is not there',
    host.sysctl.set('net.ipv4.nothing', 1),
    [host.sysctl.set('net.ipv4.ip_forward', 1)],
  ],
  ['a value that a sysctl does not take', host.sysctl.set('net.ipv4.ip_forward', 'x'), []],
  ['a chain that is not there', filter.append('NOWHERE').jump('ACCEPT'), [filter.flush('INPUT')]],
  ['a chain twice', filter.newChain('LESSON'), [filter.newChain('LESSON'), filter.flush('INPUT')]],
  ['a rule that is not there', nat.delete('OUTPUT').out('e7').jump('ACCEPT'), [nat.flush('OUTPUT')]],
]

for (const [what, slip, before] of wrong)
  test(`${what}: both executors name the command, and say the same`, async () => {
    const said = await both(async (lab) => {
      await lab.step('right', net1.add(), host.ip.link.add('br0').type('bridge'))
      const place = slip.place.kind === 'netns' && slip.place.name === 'net1' ? net1 : host
      const right = [place.ip.link.set('lo').up(), ...before, slip, place.ip.link.set('lo').mtu(1400)]
      return lab.step('wrong', right).then(
        () => assert.fail('it did not fail'),
        ({ command, message, hint, where }) => ({ command, message, hint, where }),
      )
    })
    assert.deepEqual(said[1], said[0])
    const net = slip.place.kind === 'netns'
    assert.equal(said[1]?.command.replace(net ? / -n \w+/ : /^$/, ''), slip.argv.join(' '))
  })
