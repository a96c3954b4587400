/** The options of a bridge and of its ports, as ip-link(8) lists them. */
import { flag, word } from '../grammar/clause.ts'
import { any, mac, oneOf, onOff, pattern, whole } from '../grammar/kinds.ts'

const bit = whole('switch', 0, 1)
const number = (says: string, max = 0xffffffff) => whole(says, 0, max)

/** Of a bridge. */
export const bridge = {
  /** Whether it finds loops (the spanning tree protocol) */
  stp_state: word('stp_state', bit),
  /** How long a port listens, and learns, before it forwards, in hundredths of a second */
  forward_delay: word('forward_delay', number('time in hundredths of a second')),
  hello_time: word('hello_time', number('time in hundredths of a second')),
  max_age: word('max_age', number('time in hundredths of a second')),
  /** How long a MAC address is remembered, in hundredths of a second */
  ageing_time: word('ageing_time', number('time in hundredths of a second')),
  /** Which bridge becomes the root of the spanning tree: the lowest */
  priority: word('priority', number('priority', 65535)),
  /** Whether it keeps VLANs apart */
  vlan_filtering: word('vlan_filtering', bit),
  vlan_protocol: word('vlan_protocol', oneOf('VLAN protocol', '802.1Q', '802.1q', '802.1ad')),
  /** The VLAN of a port that says nothing; 0 for none */
  vlan_default_pvid: word('vlan_default_pvid', number('VLAN id', 4094)),
  vlan_stats_enabled: word('vlan_stats_enabled', bit),
  vlan_stats_per_port: word('vlan_stats_per_port', bit),
  /** Whether it sends multicast only to those who want it */
  mcast_snooping: word('mcast_snooping', bit),
  mcast_vlan_snooping: word('mcast_vlan_snooping', bit),
  mcast_querier: word('mcast_querier', bit),
  mcast_router: word('mcast_router', number('state', 2)),
  mcast_query_use_ifaddr: word('mcast_query_use_ifaddr', bit),
  mcast_igmp_version: word('mcast_igmp_version', whole('version', 2, 3)),
  mcast_mld_version: word('mcast_mld_version', whole('version', 1, 2)),
  mcast_hash_max: word('mcast_hash_max', number('number of groups')),
  mcast_stats_enabled: word('mcast_stats_enabled', bit),
  /** Reserved MAC addresses that it forwards all the same, as bits */
  group_fwd_mask: word(
    'group_fwd_mask',
    any(number('mask', 65535), pattern('a mask', /^0x[0-9a-f]{1,4}$/i, '0x8')),
  ),
  group_address: word('group_address', mac),
  /** Whether iptables is asked about what it switches */
  nf_call_iptables: word('nf_call_iptables', bit),
  nf_call_ip6tables: word('nf_call_ip6tables', bit),
  nf_call_arptables: word('nf_call_arptables', bit),
  no_linklocal_learn: word('no_linklocal_learn', bit),
  fdb_max_learned: word('fdb_max_learned', number('number of entries')),
  /** Forgets all that it has learnt */
  fdb_flush: flag('fdb_flush'),
}

/** Of a port of a bridge. */
export const slave = {
  /** The state of the port: 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking */
  state: word('state', number('state', 4)),
  priority: word('priority', number('priority', 63)),
  cost: word('cost', number('cost', 65535)),
  /** A frame may go back by the port that it came by */
  hairpin: word('hairpin', onOff),
  /** Frames of the spanning tree are not taken */
  guard: word('guard', onOff),
  root_block: word('root_block', onOff),
  fastleave: word('fastleave', onOff),
  /** It remembers the MAC addresses that come in */
  learning: word('learning', onOff),
  /** It gets frames for MAC addresses that nobody knows */
  flood: word('flood', onOff),
  proxy_arp: word('proxy_arp', onOff),
  mcast_router: word('mcast_router', number('state', 3)),
  mcast_flood: word('mcast_flood', onOff),
  bcast_flood: word('bcast_flood', onOff),
  mcast_to_unicast: word('mcast_to_unicast', onOff),
  group_fwd_mask: bridge.group_fwd_mask,
  neigh_suppress: word('neigh_suppress', onOff),
  vlan_tunnel: word('vlan_tunnel', onOff),
  /** It talks to ports that are not isolated, and to no other */
  isolated: word('isolated', onOff),
  locked: word('locked', onOff),
}
