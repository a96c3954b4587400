/** What takes several commands, as plain functions that return them: open one and read it. */
import type { Command } from './command.ts'
import type { IfName } from './names.ts'
import type { Server } from './server.ts'

/**
 * Lets what comes in by an interface of the server reach the containers of a network, present and later ones, on
 * Docker Engine 20.10 to 28. DOCKER-USER comes before all of Docker's own rules in FORWARD; the rule in raw comes
 * before those that Docker has there since 28, one for each container. Both stay when the engine restarts. They are
 * made by the `iptables` on the PATH, as the engine's own, and marked with a comment. An engine whose firewall is
 * nftables (29, where it is chosen) needs `gateway_mode_ipv4=nat-unprotected` on the network instead.
 *
 * Example: gateway(server1, { from: 'r0-net1', bridge: 'br-lab', subnet: '172.30.10.0/24' })[0]
 * Equivalent to: `iptables -I DOCKER-USER -i r0-net1 -o br-lab -m comment --comment 'vethlab: gateway' -j ACCEPT`
 * Example: gateway(server1, { from: 'r0-net1', bridge: 'br-lab', subnet: '172.30.10.0/24' })[1]
 * Equivalent to: `iptables -t raw -I PREROUTING -i r0-net1 -d 172.30.10.0/24 -m comment --comment 'vethlab: gateway' -j ACCEPT`
 */
export function gateway(
  { iptables }: Pick<Server, 'iptables'>,
  { from, bridge, subnet }: { from: IfName; bridge: IfName; subnet: string },
): Command[] {
  const mark = 'vethlab: gateway'
  return [
    iptables.filter.insert('DOCKER-USER').in(from).out(bridge).comment(mark).jump('ACCEPT'),
    iptables.raw.insert('PREROUTING').in(from).destination(subnet).comment(mark).jump('ACCEPT'),
  ]
}
