/** Failures of namespaces, bridges, routes and rules, on one server. */
import type { Case } from './case.ts'

/**
 * The functions of these cases. `routed`: a (10.1.0.2, fd01::2) - r - b (10.2.0.2, fd02::2). `switched`: a, b, c
 * (10.0.0.1, .2, .3; fd00::1, ::2, ::3) on br0 (10.0.0.254) of s, by the ports pa, pb, pc.
 */
export const functions = `
at() { n=$1; shift; ip netns exec "$n" "$@"; }
listen4() { at "$1" sh -c "nc -lk \${3:-0.0.0.0} $2 >/dev/null 2>&1 &"; }
listen6() { at "$1" sh -c "nc -6lk \${3:-::} $2 >/dev/null 2>&1 &"; }
listenudp() { at "$1" sh -c "nc -ukl \${3:-0.0.0.0} $2 >/dev/null 2>&1 &"; }
clean() {
  for n in $(ip netns list | cut -d' ' -f1); do
    kill -9 $(ip netns pids "$n") 2>/dev/null
    ip netns del "$n"
  done
  for l in $(ip -o link | cut -d: -f2 | cut -d@ -f1); do [ "$l" = lo ] || ip link del "$l" 2>/dev/null; done
  nft flush ruleset
  ip rule flush; ip rule add from all lookup main pref 32766
  sysctl -qw net.ipv4.ip_forward=0 net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0 2>/dev/null
  for n in a b c r; do ip netns add $n; at $n sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0; ip -n $n link set lo up; done
  sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
}
cable() { ip -n "$1" link add "$2" type veth peer name "$4" netns "$3"; ip -n "$1" link set "$2" up; ip -n "$3" link set "$4" up; }
routed() {
  cable a eth0 r eth0; cable r eth1 b eth0
  ip -n a addr add 10.1.0.2/24 dev eth0; ip -n r addr add 10.1.0.1/24 dev eth0
  ip -n r addr add 10.2.0.1/24 dev eth1; ip -n b addr add 10.2.0.2/24 dev eth0
  ip -n a addr add fd01::2/64 dev eth0 nodad; ip -n r addr add fd01::1/64 dev eth0 nodad
  ip -n r addr add fd02::1/64 dev eth1 nodad; ip -n b addr add fd02::2/64 dev eth0 nodad
  ip -n a route add default via 10.1.0.1; ip -n b route add default via 10.2.0.1
  ip -n a -6 route add default via fd01::1; ip -n b -6 route add default via fd02::1
  at r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}
plug() { ip link add "$2" type veth peer name eth0 netns "$1"; ip link set "$2" master br0; ip link set "$2" up; ip -n "$1" link set eth0 up; }
switched() {
  ip link add br0 type bridge; ip link set br0 up; ip addr add 10.0.0.254/24 dev br0; ip addr add fd00::fe/64 dev br0 nodad
  i=1; for n in a b c; do plug $n p$n; ip -n $n addr add 10.0.0.$i/24 dev eth0; ip -n $n addr add fd00::$i/64 dev eth0 nodad; i=$((i+1)); done
}
mac() { ip -n "$1" -br link show eth0 | tr -s ' ' | cut -d' ' -f3; }
`

const died = 'died' as const
const dead = [died, 'refused'] as const

/** Rules and policies. */
const rules: Case[] = [
  {
    name: 'a nested chain of one’s own with a negation',
    build: `routed; at r iptables -N ONE; at r iptables -N TWO; at r iptables -A FORWARD -j ONE; at r iptables -A ONE -p icmp -j TWO; at r iptables -A TWO ! -s 10.9.0.0/16 -j DROP`,
    ask: 'a b',
    status: died,
    code: 'rule',
    place: 'r',
    rule: /-A TWO ! -s 10\.9\.0\.0\/16 -j DROP/,
  },
  {
    name: 'a set of nft in table inet',
    build: `routed; at r nft 'table inet fw { set bad { type ipv4_addr; flags interval; elements = { 10.1.0.0/28 } ; }; chain f { type filter hook forward priority 0; ip saddr @bad counter drop; }; }'`,
    ask: 'a 10.2.0.2',
    status: died,
    code: 'rule',
    place: 'r',
    rule: /@bad.*drop/,
  },
  {
    name: 'a verdict map of nft',
    build: `routed; at r nft 'table ip fw { chain evil { counter drop; }; chain f { type filter hook forward priority 0; iifname vmap { "eth0" : jump evil, "eth9" : accept }; }; }'`,
    ask: 'a 10.2.0.2',
    status: died,
    code: 'rule',
    place: 'r',
    rule: /evil.*drop/,
  },
  {
    name: 'a drop inside of a verdict map of nft',
    build: `routed; listen4 b 80; at r nft 'table ip fw { chain f { type filter hook forward priority 0; tcp dport vmap { 22 : accept, 80 : drop }; }; }'`,
    ask: 'a b:80',
    status: died,
    code: 'rule',
    place: 'r',
    rule: /vmap/,
    noFix: true,
  },
  {
    name: 'inet policy drop that lets in IPv4 only',
    build: `routed; listen6 b 80; at b nft 'table inet fw { chain i { type filter hook input priority 0; policy drop; ct state established accept; meta l4proto ipv6-icmp accept; ip protocol tcp accept; }; }'`,
    ask: 'a [fd02::2]:80',
    status: died,
    code: 'policy',
    place: 'b',
    says: [/inet|fw/, /policy/],
  },
  {
    name: 'NEW is dropped in mangle',
    build: `routed; listen4 b 443; at r iptables -t mangle -A FORWARD -p tcp -m conntrack --ctstate NEW -j DROP`,
    ask: 'a 10.2.0.2:443',
    status: died,
    code: 'rule',
    place: 'r',
    rule: /-t mangle -A FORWARD/,
  },
  {
    name: 'all but one port is rejected at the target',
    build: `routed; listen4 b 80; at b iptables -A INPUT -i eth0 -p tcp ! --dport 22 -j REJECT --reject-with icmp-port-unreachable`,
    ask: 'a 10.2.0.2:80',
    status: dead,
    code: 'rejected',
    place: 'b',
    rule: /! --dport 22 -j REJECT/,
    not: [/nobody listens/],
  },
  {
    name: 'UDP is prohibited by the router',
    build: `routed; listenudp b 53; at r iptables -A FORWARD -p udp --dport 53 -j REJECT --reject-with icmp-admin-prohibited`,
    ask: 'a 10.2.0.2:53 --udp',
    status: dead,
    code: 'rejected',
    place: 'r',
    not: [/nobody listens/],
  },
  {
    name: 'NOTRACK, and a firewall at home that knows only connections',
    build: `routed; at a iptables -t raw -A OUTPUT -j NOTRACK; at a iptables -P INPUT DROP; at a iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    ask: 'a 10.2.0.2',
    status: died,
    code: 'policy',
    place: 'a',
    says: [/INPUT/],
  },
  {
    name: 'the server asks, its own OUTPUT forbids',
    build: `switched; iptables -A OUTPUT -d 10.0.0.2 -p tcp --dport 5432 -j DROP; listen4 b 5432`,
    ask: 's 10.0.0.2:5432',
    status: died,
    code: 'rule',
    place: 's',
    rule: /OUTPUT.*5432/,
  },
  {
    name: 'the server is asked, its nft INPUT has a policy',
    build: `switched; listen4 a 9; sh -c 'nc -lk 0.0.0.0 8080 >/dev/null 2>&1 &'; nft 'table inet filter { chain input { type filter hook input priority 0; policy drop; iif lo accept; tcp dport 22 accept; }; }'`,
    ask: 'a 10.0.0.254:8080',
    status: died,
    code: 'policy',
    place: 's',
    says: [/input/],
    mend: `kill -9 $(pgrep -f 'nc -lk 0.0.0.0 808[0]')`,
  },
  {
    name: 'neighbour discovery is dropped by ip6tables of the target',
    build: `routed; at b ip6tables -A INPUT -p ipv6-icmp -j DROP`,
    ask: 'a fd02::2',
    status: died,
    place: ['b', 'r'],
    code: 'rule',
    rule: /ip6tables.*ipv6-icmp -j DROP/,
  },
  {
    name: 'ebtables drops ARP for one address',
    build: `switched; ebtables -A FORWARD -p ARP --arp-ip-dst 10.0.0.2 -j DROP`,
    ask: 'a b',
    status: died,
    says: [/ebtables|bridge/, /FORWARD/],
    code: 'rule',
  },
  {
    name: 'ebtables INPUT, for the bridge’s own address',
    build: `switched; ebtables -A INPUT -p IPv4 -i pa -j DROP`,
    ask: 'a 10.0.0.254',
    status: died,
    code: 'rule',
    place: 's',
    says: [/INPUT/],
  },
  {
    name: 'a bridge table of nft',
    build: `switched; nft 'table bridge fw { chain f { type filter hook forward priority 0; ip daddr 10.0.0.2 icmp type echo-request drop; }; }'`,
    ask: 'a 10.0.0.2',
    status: died,
    code: 'rule',
    place: 's',
    rule: /fw f .*drop/,
  },
  {
    name: 'arptables',
    build: `switched; at b arptables -A INPUT -s 10.0.0.1 -j DROP`,
    ask: 'a b',
    status: died,
    code: 'rule',
    says: [/arp/i, /INPUT/],
  },
  {
    name: 'an nft table of netdev at the target’s interface',
    build: `routed; at b nft 'table netdev guard { chain in { type filter hook ingress device "eth0" priority 0; ip saddr 10.1.0.0/24 drop; }; }'`,
    ask: 'a 10.2.0.2',
    status: died,
    code: 'rule',
    place: 'b',
    rule: /guard/,
  },
  {
    name: 'IPv6 answers are dropped on their way back',
    build: `routed; listen6 b 8443; at r ip6tables -A FORWARD -i eth1 -p tcp --sport 8443 -m conntrack --ctstate ESTABLISHED -j DROP`,
    ask: 'a [fd02::2]:8443',
    status: died,
    code: 'rule',
    place: 'r',
    rule: /--sport 8443/,
  },
  {
    name: 'a rule that sets the TTL to 1',
    build: `routed; at r iptables -t mangle -A PREROUTING -j TTL --ttl-set 1`,
    ask: 'a b',
    status: died,
    code: 'ttl-exceeded',
    place: 'r',
    says: [/TTL --ttl-set 1|mangle PREROUTING/],
  },
  {
    name: 'a policy of ip6tables OUTPUT at home',
    build: `routed; at a ip6tables -P OUTPUT DROP`,
    ask: 'a fd02::2',
    status: died,
    code: ['policy', 'rule'],
    place: 'a',
    says: [/ip6tables/, /OUTPUT/],
  },
]

/** Routes, rules of routing, forwarding. */
const routes: Case[] = [
  {
    name: 'an address on nobody’s interface: only lo is there',
    build: `ip -n b addr add 10.0.0.2/24 dev lo`,
    ask: 'a 10.0.0.2',
    status: died,
    place: 'a',
    code: 'no-route',
    says: [/no (other )?interface|only lo|no cable/],
    noFix: true,
  },
  {
    name: 'the interface is up, and has no address',
    build: `switched; ip -n a addr flush dev eth0`,
    ask: 'a 10.0.0.2',
    status: died,
    place: 'a',
    code: 'no-route',
    says: [/eth0.*no (IPv4 )?address/],
  },
  {
    name: 'two on one switch in two subnets',
    build: `switched; ip -n b addr flush dev eth0; ip -n b addr add 10.0.7.2/24 dev eth0`,
    ask: 'a 10.0.7.2',
    status: died,
    place: 'a',
    code: 'no-route',
    says: [/10\.0\.7\.2\/24/, /10\.0\.0\.1\/24/],
    noFix: true,
  },
  {
    name: 'a /25 beside a /24: it hears, and cannot answer',
    build: `switched; ip -n b addr flush dev eth0; ip -n b addr add 10.0.0.200/25 dev eth0`,
    ask: 'a b',
    status: died,
    place: 'b',
    says: [/10\.0\.0\.200\/25/],
  },
  {
    name: 'the far side’s gateway is mistyped',
    build: `routed; ip -n b route replace default via 10.2.0.11`,
    ask: 'a b',
    status: died,
    place: 'b',
    code: 'arp-unanswered',
    says: [/gateway 10\.2\.0\.11/],
    not: [/gateway 10\.2\.0\.1 /],
  },
  {
    name: 'a stale host route in the router',
    build: `routed; ip -n r route add 10.2.0.2/32 via 10.1.0.9`,
    ask: 'a b',
    status: died,
    place: 'r',
    says: [/10\.1\.0\.9/, /10\.2\.0\.2/, /eth1/],
  },
  {
    name: 'a table for one source with a dead gateway',
    build: `routed; ip -n b route add default via 10.2.0.254 table 77; ip -n b rule add from 10.2.0.2 lookup 77`,
    ask: 'a b',
    status: died,
    place: 'b',
    says: [/77/, /10\.2\.0\.254/],
  },
  {
    name: 'a rule for one port to a table with blackhole',
    build: `routed; listen4 b 80; ip -n r route add blackhole default table 88; ip -n r rule add iif eth0 ipproto tcp dport 80 lookup 88 pref 100`,
    ask: 'a 10.2.0.2:80',
    status: died,
    place: 'r',
    code: 'forbidden-by-routing',
    says: [/88/, /blackhole/],
  },
  {
    name: 'an unreachable route of IPv6 in the router',
    build: `routed; ip -n r -6 route add unreachable fd02::2/128`,
    ask: 'a fd02::2',
    status: died,
    place: 'r',
    code: 'forbidden-by-routing',
    says: [/unreachable/],
  },
  {
    name: 'prohibit in the sender’s own table, by fwmark',
    build: `routed; ip -n a route add prohibit default table 9; ip -n a rule add fwmark 0x9 lookup 9; at a iptables -t mangle -A OUTPUT -d 10.2.0.0/24 -j MARK --set-mark 9`,
    ask: 'a b',
    status: died,
    place: 'a',
    says: [/prohibit/, /fwmark|mark/],
  },
  {
    name: 'IPv6 without a default route, router advertisements not accepted',
    build: `routed; at a sysctl -qw net.ipv6.conf.eth0.accept_ra=0; ip -n a -6 route del default`,
    ask: 'a fd02::2',
    status: died,
    place: 'a',
    code: 'no-route',
    says: [/accept_ra/],
  },
  {
    name: 'IPv6 is switched off at the target',
    build: `routed; at b sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1`,
    ask: 'a fd02::2',
    status: died,
    says: [/disable_ipv6/, /\bb\b/],
    noFix: true,
  },
  {
    name: 'IPv6 is switched off at the asker',
    build: `routed; at a sysctl -qw net.ipv6.conf.all.disable_ipv6=1`,
    ask: 'a fd02::2',
    status: died,
    place: 'a',
    says: [/disable_ipv6/],
    noFix: true,
  },
  {
    name: 'IPv6: the gateway is a link-local address of nobody',
    build: `routed; ip -n a -6 route replace default via fe80::dead dev eth0`,
    ask: 'a fd02::2',
    status: died,
    place: 'a',
    says: [/fe80::dead/, /gateway/],
  },
  {
    name: 'IPv6: no way back',
    build: `routed; ip -n b -6 route del default`,
    ask: 'a fd02::2',
    status: died,
    place: 'b',
    code: 'no-route-back',
  },
  {
    name: 'IPv6 does not forward, though IPv4 does',
    build: `routed; at r sysctl -qw net.ipv6.conf.all.forwarding=0`,
    ask: 'a b',
    status: died,
    place: 'r',
    code: 'forwarding-off',
    says: [/IPv6/, /net\.ipv6\.conf\.all\.forwarding/],
  },
  {
    name: 'forwarding of the interface that the answer comes by',
    build: `routed; at r sysctl -qw net.ipv4.conf.eth1.forwarding=0`,
    ask: 'a b',
    status: died,
    place: 'r',
    code: 'forwarding-off',
    says: [/conf\.eth1\.forwarding/],
  },
  {
    name: 'the server itself does not forward between its namespaces',
    build: `switched; ip link add v1 type veth peer name eth0 netns r; ip link set v1 up; ip -n r link set eth0 up; ip addr add 10.7.0.1/24 dev v1; ip -n r addr add 10.7.0.2/24 dev eth0; ip -n r route add default via 10.7.0.1; ip -n a route add default via 10.0.0.254`,
    ask: 'a 10.7.0.2',
    status: died,
    place: 's',
    code: 'forwarding-off',
  },
  {
    name: 'strict rp_filter on the way, for a source of another side',
    build: `routed; ip -n a addr add 10.66.0.1/32 dev lo; ip -n a route replace default via 10.1.0.1 src 10.66.0.1; ip -n r route add 10.66.0.0/24 via 10.2.0.2; at r sysctl -qw net.ipv4.conf.all.rp_filter=1`,
    ask: 'a b',
    status: died,
    place: ['a', 'r'],
    code: 'rp_filter',
    says: [/eth1/],
    noFix: true,
  },
]

/** What is between two neighbours. */
const neighbours: Case[] = [
  {
    name: 'ARP is switched off at the target',
    build: `switched; ip -n b link set dev eth0 arp off`,
    ask: 'a b',
    status: died,
    says: [/NOARP|arp off|ARP is (switched )?off/i, /eth0/],
    code: 'arp-policy',
  },
  {
    name: 'broadcasts are not flooded to a port',
    build: `switched; bridge link set dev pb bcast_flood off`,
    ask: 'a 10.0.0.2',
    status: died,
    says: [/bcast_flood|broadcast/, /pb/],
  },
  {
    name: 'multicast is not flooded: no neighbour discovery',
    build: `switched; bridge link set dev pb mcast_flood off; ip link set br0 type bridge mcast_snooping 0`,
    ask: 'a fd00::2',
    status: died,
    says: [/mcast_flood|multicast/, /pb/],
  },
  {
    name: 'a static entry of the bridge leads to another port',
    build: `switched; bridge fdb replace $(mac b) dev pc master static sticky`,
    ask: 'a b',
    status: died,
    says: [/fdb/, /pc/],
    code: 'wrong-mac-address',
  },
  {
    name: 'a port is down, asked by IPv6',
    build: `switched; ip link set pb down`,
    ask: 'a fd00::2',
    status: died,
    code: 'link-down',
    says: [/pb/],
  },
  {
    name: 'the switch of a bridge of two namespaces is down, the server asks',
    build: `switched; ip link set br0 down; ip route add 10.0.0.0/24 dev br0 2>/dev/null || :`,
    ask: 'a c',
    status: died,
    code: 'link-down',
    says: [/br0/],
  },
  {
    name: 'two have one IPv6 address',
    build: `switched; ip -n c addr add fd00::2/64 dev eth0 nodad; at a ip neigh flush all; ip -n a neigh replace fd00::2 lladdr $(mac c) dev eth0; listen6 b 80`,
    ask: 'a [fd00::2]:80',
    status: dead,
    code: 'duplicate-address',
    says: [/\bb\b/, /\bc\b/],
    noFix: true,
  },
  {
    name: 'a permanent entry of IPv6 of a machine that was exchanged',
    build: `switched; ip -n a neigh replace fd00::2 lladdr 02:00:00:12:34:56 dev eth0 nud permanent`,
    ask: 'a fd00::2',
    status: died,
    says: [/02:00:00:12:34:56/],
    code: ['wrong-mac-address', 'stale-neighbour'],
  },
  {
    name: 'the parent of macvlans is down',
    build: `ip link add par type veth peer name other; ip link set other up; for n in a b; do ip link add link par name k$n type macvlan mode bridge; ip link set k$n netns $n; done; ip -n a addr add 10.5.0.1/24 dev ka; ip -n b addr add 10.5.0.2/24 dev kb; ip -n a link set ka up; ip -n b link set kb up`,
    ask: 'a b',
    status: died,
    code: 'link-down',
    says: [/par/],
  },
  {
    name: 'private macvlans',
    build: `ip link add par type veth peer name other; ip link set other up; ip link set par up; for n in a b; do ip link add link par name k$n type macvlan mode private; ip link set k$n netns $n; done; ip -n a addr add 10.5.0.1/24 dev ka; ip -n b addr add 10.5.0.2/24 dev kb; ip -n a link set ka up; ip -n b link set kb up`,
    ask: 'a b',
    status: died,
    code: 'macvlan-mode',
    says: [/private/],
    noFix: true,
  },
  {
    name: 'the cable ends in another namespace than one thinks',
    build: `switched; ip -n b link del eth0; ip link add pb type veth peer name eth0 netns r; ip link set pb master br0; ip link set pb up; ip -n r link set eth0 up; ip -n b addr add 10.0.0.2/24 dev lo`,
    ask: 'a 10.0.0.2',
    status: died,
    says: [/\bb\b/, /\blo\b/],
    noFix: true,
  },
  {
    name: 'pings to the broadcast address are not answered',
    build: `switched`,
    ask: 'a 10.0.0.255',
    status: died,
    says: [/icmp_echo_ignore_broadcasts|broadcast/],
    noFix: true,
  },
  {
    name: 'echo_ignore_all of IPv6',
    build: `switched; at b sysctl -qw net.ipv6.icmp.echo_ignore_all=1`,
    ask: 'a fd00::2',
    status: died,
    code: 'ignores-pings',
    place: 'b',
    says: [/net\.ipv6\.icmp\.echo_ignore_all/],
  },
  {
    name: 'proxy_ndp is off in the router',
    build: `cable a eth0 r eth0; cable r eth1 b eth0; ip -n a addr add fd01::2/64 dev eth0 nodad; ip -n r addr add fd01::1/64 dev eth0 nodad; ip -n r -6 route add fd01::50/128 dev eth1; ip -n b addr add fd01::50/128 dev eth0 nodad; ip -n b -6 route add fd01::/64 dev eth0; at r sysctl -qw net.ipv6.conf.all.forwarding=1`,
    ask: 'a fd01::50',
    status: died,
    code: 'arp-policy',
    says: [/proxy_ndp/],
    noFix: true,
  },
]

/** Ports, listeners, translated addresses. */
const ports: Case[] = [
  {
    name: 'it listens, on another port',
    build: `routed; listen4 b 8080`,
    ask: 'a b:80',
    status: 'refused',
    code: 'nobody-listens',
    place: 'b',
    says: [/8080/],
    noFix: true,
  },
  {
    name: 'it listens on UDP',
    build: `routed; listenudp b 5353`,
    ask: 'a 10.2.0.2:5353',
    status: 'refused',
    place: 'b',
    says: [/udp/i],
    noFix: true,
  },
  {
    name: 'it listens on IPv4 only, asked by IPv6',
    build: `routed; listen4 b 80`,
    ask: 'a [fd02::2]:80',
    status: 'refused',
    code: 'listens-on-another-address',
    place: 'b',
    says: [/IPv4/],
    noFix: true,
  },
  {
    name: 'localhost is another machine than one thinks',
    build: `routed; listen4 b 5432`,
    ask: 'a localhost:5432',
    status: 'refused',
    place: 'a',
    says: [/\bb\b.*(listens|5432)/],
    noFix: true,
  },
  {
    name: 'forwarded to a machine that is not there',
    build: `routed; ip -n r addr add 203.0.113.1/32 dev eth0; at r iptables -t nat -A PREROUTING -d 203.0.113.1 -p tcp --dport 80 -j DNAT --to-destination 10.2.0.9:8080`,
    ask: 'a 203.0.113.1:80',
    status: died,
    place: 'r',
    code: 'no-such-address',
    says: [/10\.2\.0\.9/, /203\.0\.113\.1/],
  },
  {
    name: 'a port forward does not work from the router itself',
    build: `routed; listen4 b 80; ip -n r addr add 203.0.113.1/32 dev eth0; at r iptables -t nat -A PREROUTING -d 203.0.113.1 -p tcp --dport 8080 -j DNAT --to-destination 10.2.0.2:80`,
    ask: 'r 203.0.113.1:8080',
    status: 'refused',
    place: 'r',
    says: [/OUTPUT/, /PREROUTING/],
  },
  {
    name: 'a port forward for another interface',
    build: `routed; listen4 b 80; at r iptables -t nat -A PREROUTING -i ppp0 -p tcp --dport 8080 -j DNAT --to-destination 10.2.0.2:80`,
    ask: 'a 10.1.0.1:8080',
    status: 'refused',
    place: 'r',
    says: [/PREROUTING/, /ppp0/],
    noFix: true,
  },
  {
    name: 'a port forward for UDP only',
    build: `routed; listen4 b 53; at r iptables -t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 10.2.0.2`,
    ask: 'a 10.1.0.1:53',
    status: 'refused',
    place: 'r',
    says: [/udp/i],
    noFix: true,
  },
  {
    name: 'a transparent proxy that does not run',
    build: `routed; listen4 b 80; at r iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 80 -j REDIRECT --to-ports 3128`,
    ask: 'a b:80',
    status: 'refused',
    place: 'r',
    says: [/3128/, /REDIRECT|redirect|nat/],
    noFix: true,
  },
  {
    name: 'hairpin by nft',
    build: `switched; listen4 b 80; sysctl -qw net.ipv4.ip_forward=1; sysctl -qw net.ipv4.conf.all.send_redirects=0; ip addr add 203.0.113.9/32 dev br0; ip -n a route add default via 10.0.0.254; nft 'table ip n { chain p { type nat hook prerouting priority -100; ip daddr 203.0.113.9 tcp dport 8080 dnat to 10.0.0.2:80; }; }'`,
    ask: 'a 203.0.113.9:8080',
    status: dead,
    code: 'answered-from-another-address',
    says: [/10\.0\.0\.2/, /masquerade/i],
  },
  {
    name: 'MASQUERADE for another subnet',
    build: `routed; ip -n b addr flush dev eth0; ip -n b addr add 203.0.113.5/24 dev eth0; ip -n r addr add 203.0.113.1/24 dev eth1; at r iptables -t nat -A POSTROUTING -s 10.11.0.0/24 -o eth1 -j MASQUERADE`,
    ask: 'a 203.0.113.5',
    status: died,
    code: 'not-masqueraded',
    place: 'r',
    says: [/10\.11\.0\.0\/24|masquerade/i],
  },
  {
    name: 'SNAT to an address that was given up',
    build: `routed; ip -n b addr add 198.51.100.5/24 dev eth0; ip -n r addr add 198.51.100.1/24 dev eth1; at r iptables -t nat -A POSTROUTING -o eth1 -j SNAT --to-source 198.51.100.7`,
    ask: 'a 198.51.100.5',
    status: died,
    says: [/198\.51\.100\.7/, /SNAT|nat/],
  },
  {
    name: 'the way of a large packet, told by nobody, IPv6',
    build: `routed; ip -n r link set eth1 mtu 1280; ip -n b link set eth0 mtu 1280; at r ip6tables -A OUTPUT -p icmpv6 --icmpv6-type packet-too-big -j DROP`,
    ask: 'a fd02::2 --size 1400',
    status: died,
    code: 'too-big',
    place: 'r',
    says: [/1280/],
    rule: /packet-too-big|icmp6?v6-type (2|packet)/,
  },
  {
    name: 'jumbo frames at one end of a cable only',
    build: `routed; ip -n a link set eth0 mtu 9000`,
    ask: 'a 10.1.0.1 --size 4000 --df',
    status: died,
    says: [/9000/, /1500/],
    code: 'too-big',
  },
  {
    name: 'larger than the sender’s own MTU, and may not be cut',
    build: `routed; ip -n a link set eth0 mtu 1400`,
    ask: 'a b --size 1472 --df',
    status: died,
    place: 'a',
    says: [/1400/],
    code: 'too-big',
  },
]

export const linux: readonly Case[] = [...rules, ...routes, ...neighbours, ...ports]
