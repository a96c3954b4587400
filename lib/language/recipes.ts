/** What takes several commands, as plain functions that return them: open one and read it. */

import type { Command } from './command.ts'
import { noMore } from './grammar/missing.ts'
import type { IfName } from './names.ts'
import type { Server } from './server.ts'
import { must, needed, options } from './values.ts'

/**
 * Lets what comes in by an interface of the server reach the containers of a network, present and later ones, on
 * Docker Engine 20.10 to 29. DOCKER-USER comes before all of Docker's own rules in FORWARD; the rule in raw comes
 * before those that Docker has there since 28, one for each container; the third lets out what the containers send that way,
 * where Docker has no rule for it in FORWARD. All stay when the engine restarts. They are made by the `iptables` on the
 * PATH, as the engine's own, and marked with a comment.
 *
 * Where the firewall of the engine is nftables, rules of one's own cannot overrule Docker's, which are in a table of their
 * own: what one table accepts, the other still drops. The network itself must be open, there is no DOCKER-USER, and what
 * the policy of FORWARD drops is dropped there, too. Two facts, to be read from the engine, make it the same on all of them:
 * `docker.firewall.gatewayMode()` for the option com.docker.network.bridge.gateway_mode_ipv4 of the network, and
 * `docker.firewall.userChain()` for `chain`. Default of `chain`: DOCKER-USER. A subnet of IPv6 is let in by ip6tables; its
 * chain is that of `userChain(6)`.
 *
 * Example: gateway(server1, { from: 'r0-net1', bridge: 'br-lab', subnet: '172.30.10.0/24' })[0]
 * Equivalent to: `iptables -I DOCKER-USER -i r0-net1 -o br-lab -m comment --comment 'vethlab: gateway' -j ACCEPT`
 * Example: gateway(server1, { from: 'r0-net1', bridge: 'br-lab', subnet: '172.30.10.0/24' })[1]
 * Equivalent to: `iptables -t raw -I PREROUTING -i r0-net1 -d 172.30.10.0/24 -m comment --comment 'vethlab: gateway' -j ACCEPT`
 * Example: gateway(server1, { from: 'r0-net1', bridge: 'br-lab', subnet: '172.30.10.0/24' })[2]
 * Equivalent to: `iptables -I DOCKER-USER -i br-lab -o r0-net1 -m comment --comment 'vethlab: gateway' -j ACCEPT`
 */
export function gateway(
  server: Pick<Server, 'iptables' | 'ip6tables'>,
  of: { from: IfName; bridge: IfName; subnet: string; chain?: string },
  ...more: never[]
): Command[] {
  noMore('gateway()', more)
  must(typeof server?.iptables?.filter?.insert === 'function', server, 'is not a server')
  const {
    from,
    bridge,
    subnet,
    chain = 'DOCKER-USER',
  } = options(needed(of, 'gateway()', 'its options'), 'gateway()', ['from', 'bridge', 'subnet', 'chain'])
  // The subnet tells the family.
  const iptables = String(subnet).includes(':') ? server.ip6tables : server.iptables
  const mark = 'vethlab: gateway'
  return [
    iptables.filter.insert(chain).in(from).out(bridge).comment(mark).jump('ACCEPT'),
    iptables.raw.insert('PREROUTING').in(from).destination(subnet).comment(mark).jump('ACCEPT'),
    iptables.filter.insert(chain).in(bridge).out(from).comment(mark).jump('ACCEPT'),
  ]
}
