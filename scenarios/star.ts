/**
 * star: many namespaces at one switch. N=100 make scenario-star makes a hundred; ten are the default.
 *
 *     n1      n2      n3             nN
 *     ║       ║       ║              ║
 *   ══╩═══════╩═══════╩═ ········ ═══╩══
 *     p1      p2      p3   br0       pN        server1
 *
 *   | place   | interface | address                           |
 *   |---------|-----------|-----------------------------------|
 *   | nK      | eth0      | the Kth of 10.1.0.0/16            |
 *   | server1 | br0, pK   | none: a switch needs no address   |
 *
 * No slide has it: it shows what a list of commands is good for when there are hundreds of them. A bridge takes 1023
 * cables. All pairs are asked up to 50 nodes; beyond, each asks the next one.
 */
import { matrix, scenario, server, star } from 'vethlab'

const server1 = server('server1')

export default scenario(import.meta, 'Many namespaces at one switch', async (lab) => {
  const n = process.env.N === undefined ? 10 : Number(process.env.N)
  const { nodes, commands } = star(server1, n)
  await lab.step(`A bridge, and ${n} cables to it`, commands)
  await lab.step(
    'Let it switch, where Docker has the kernel ask FORWARD about bridged packets, too',
    server1.iptables.filter.insert('FORWARD').in('br0').out('br0').jump('ACCEPT'),
  )
  if (n > 1 && n <= 50)
    await lab.check(
      matrix(nodes, () => true),
      'one switch, one subnet: all pairs',
    )
  else
    await lab.check(
      nodes.map(({ place }, index) => place.ping(nodes[(index + 1) % n]?.at ?? '').replies),
      'one switch, one subnet: each asks the next',
    )
})
