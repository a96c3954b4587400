/**
 * namespaces: two network namespaces and a virtual cable between them.
 *
 *        space1                           space2
 *   ┌──────────────┐                 ┌──────────────┐
 *   │   veth-s1    ╪═════════════════╪   veth-s2    │
 *   └──────────────┘  virtual cable  └──────────────┘
 *
 *   | place   | interface | address      |
 *   |---------|-----------|--------------|
 *   | space1  | veth-s1   | 10.0.0.11/24 |
 *   | space2  | veth-s2   | 10.0.0.12/24 |
 *   | server1 | none in that subnet      |
 *
 * Slides: "Network Namespaces", "Testing namespaces". No Docker in it.
 */
import { output, scenario, server } from 'vethlab'

const server1 = server('server1')
const space1 = server1.netns('space1')
const space2 = server1.netns('space2')

export default scenario(import.meta, 'Two namespaces and a virtual cable', async (lab) => {
  await lab.step('Two network namespaces', space1.add(), space2.add(), server1.ip.netns.list())

  await lab.step(
    'A virtual cable: both ends are on the host',
    server1.ip.link.add('veth-s1').type('veth', { peer: 'veth-s2' }),
    server1.ip.link.show({ type: 'veth' }),
  )
  await lab.check(output(server1.ip.link.show()).prints('veth-s', 2), 'a cable has two ends')

  await lab.step(
    'Each end moves into its namespace',
    server1.ip.link.set('veth-s1').netns(space1),
    server1.ip.link.set('veth-s2').netns(space2),
    space1.ip.link.show(),
  )
  await lab.check(
    output(server1.ip.link.show()).doesNotPrint('veth-s'),
    'an interface is in one namespace only',
  )
  await lab.check(output(space1.ip.link.show()).prints('veth-s1'), 'that is where it is now')
  await lab.check(space1.ping('10.0.0.12').unreachable, 'no address, so no route, yet')

  await lab.step(
    'Addresses, and both ends up',
    space1.ip.addr.add('10.0.0.11/24').dev('veth-s1'),
    space1.ip.link.set('veth-s1').up(),
    space2.ip.addr.add('10.0.0.12/24').dev('veth-s2'),
    space2.ip.link.set('veth-s2').up(),
  )
  await lab.check(
    [space1.ping('10.0.0.12').replies.ttl(64), space2.ping('10.0.0.11').replies.ttl(64)],
    'one cable, no router between',
  )
  const mac = await lab.read(
    space2.sh`ip -o link show veth-s2 | grep -o 'link/ether [^ ]*' | cut -d ' ' -f 2`,
  )
  await lab.check(
    output(space1.ip.neigh.show(), 'whom it knows').prints(mac),
    'by ARP it has learnt the MAC address of the other end',
  )
  await lab.check(server1.ping('10.0.0.12').unreachable, 'the host has no leg in that subnet')
})
