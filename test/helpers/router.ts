/** router: a namespace behind the machine, for the tests of labs on a machine. NET, CABLE and POLICY set it apart. */
import { scenario, server } from '../../lib/index.ts'

const { NET = 'red', CABLE = 'r0', POLICY = 'ACCEPT' } = process.env
const server1 = server('server1')
const net = server1.netns(NET)

export default scenario(import.meta, 'A namespace behind the machine', async (lab) => {
  await lab.step(
    'A cable',
    net.add(),
    server1.ip.link.add(CABLE).type('veth', { peer: `to-${CABLE}` }),
    server1.ip.link.set(CABLE).netns(net),
  )
  await lab.step(
    'The machine forwards',
    server1.sysctl.set('net.ipv4.ip_forward', 1),
    server1.iptables.filter.policy('FORWARD', POLICY as 'ACCEPT'),
    server1.iptables.filter.append('FORWARD').in(`to-${CABLE}`).jump('ACCEPT'),
  )
})
