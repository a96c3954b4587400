/**
 * interfaces: one of each type of virtual interface, made, shown and removed.
 *
 *   veth ═══ veth        a cable: what goes in at one end comes out at the other
 *   bridge ═╦═╦═╦═       a switch: plug cables into it
 *   macvlan, macvtap     more MAC addresses on one parent
 *   vxlan                Ethernet inside UDP, from machine to machine
 *   tun, tap             packets, or frames, to a program instead of a wire
 *   vlan, ipvlan, dummy, vrf     where the kernel has them
 *
 *   | place   | interface  | address |
 *   |---------|------------|---------|
 *   | server1 | each type  | none    |
 *
 * Slides: "Types of virtual interfaces".
 */
import { kernelHas, output, scenario, server } from 'vethlab'

const server1 = server('server1')
const { link } = server1.ip

export default scenario(import.meta, 'A tour of virtual interfaces', async (lab) => {
  await lab.step(
    'veth: a cable with two ends',
    link.add('veth-a').type('veth', { peer: 'veth-b' }),
    link.show({ dev: 'veth-a', details: true }),
  )
  await lab.check(output(link.show()).prints('veth-a@veth-b'), 'each end names the other')

  await lab.step(
    'bridge: a switch to plug cables into',
    link.add('br0').type('bridge'),
    link.set('veth-a').master('br0'),
    link.show({ dev: 'br0', details: true }),
  )
  await lab.check(output(link.show({ master: 'br0' })).prints('veth-a'), 'it is plugged in')
  await lab.step('Unplug, remove', link.set('veth-a').nomaster(), link.del('br0'))

  for (const mode of ['private', 'vepa', 'bridge', 'passthru'] as const) {
    const sentence = {
      private: 'never talks to its siblings',
      vepa: 'talks to them through the switch outside',
      bridge: 'talks to them directly',
      passthru: 'is the only one, and has the MAC address of the parent',
    }[mode]
    const show = link.show({ dev: 'mac0', details: true })
    await lab.step(
      `macvlan, mode ${mode}: ${sentence}`,
      link.add('mac0').type('macvlan', { link: 'veth-a', mode }),
      show,
    )
    await lab.check(output(show).prints(`macvlan mode ${mode}`), sentence)
    await lab.step(`Remove it (${mode})`, link.del('mac0'))
  }

  await lab.step(
    'vxlan: Ethernet inside UDP',
    link.add('vx0').type('vxlan', { id: 42, dstport: 4789 }),
    link.show({ dev: 'vx0', details: true }),
  )
  await lab.check(
    output(link.show({ dev: 'vx0', details: true })).prints('vxlan id 42'),
    'network 42 of 16 million',
  )
  await lab.step(
    'tap: frames to a program, for virtual machines; tun: packets, for VPNs',
    server1.ip.tuntap.add('tap0').mode('tap'),
    server1.ip.tuntap.add('tun0').mode('tun'),
    link.show({ dev: 'tap0', details: true }),
    link.show({ dev: 'tun0', details: true }),
  )
  await lab.check(
    output(link.show({ dev: 'tap0', details: true })).prints('tun type tap'),
    'Ethernet, layer 2',
  )
  await lab.check(output(link.show({ dev: 'tun0', details: true })).prints('tun type tun'), 'IP, layer 3')
  await lab.step('Remove all', link.del('vx0'), link.del('tap0'), link.del('tun0'))

  await lab.check(
    [
      kernelHas(link.add('tap1').type('macvtap', { link: 'veth-a', mode: 'bridge' })),
      kernelHas(link.add('vlan5').type('vlan', { link: 'veth-a', id: 5 })),
      kernelHas(link.add('ipv0').type('ipvlan', { link: 'veth-a', mode: 'l2' })),
      kernelHas(link.add('dummy0').type('dummy')),
      kernelHas(link.add('vrf0').type('vrf', { table: 10 })),
    ],
    'not every kernel has every type',
  )
  await lab.step('Remove the cable', link.del('veth-a'))
  await lab.check(output(link.show()).doesNotPrint('veth'), 'both ends are gone')
})
