/** Failures of connections, ways and translations, on the topologies of linux.ts. */
import type { Case } from './case.ts'

const second = `ip netns add r2; ip -n r2 link set lo up; at r2 sysctl -qw net.ipv4.ip_forward=1`

/** What opens a connection passes, and what is said in it does not; or nobody serves it. */
const connections: Case[] = [
  {
    name: 'only SYN and its answer are let through',
    build: `routed; listen4 b 80; at r iptables -P FORWARD DROP; at r iptables -A FORWARD -p tcp --syn --dport 80 -j ACCEPT; at r iptables -A FORWARD -i eth1 -m conntrack --ctstate ESTABLISHED -j ACCEPT`,
    ask: 'a 10.2.0.2:80',
    status: 'died',
    code: 'policy',
    place: 'r',
    says: [/FORWARD/, /connection itself was opened/],
  },
  {
    name: 'a rule drops what is said in a connection',
    build: `routed; listen4 b 80; at r iptables -A FORWARD -p tcp --tcp-flags PSH PSH -j DROP`,
    ask: 'a 10.2.0.2:80',
    status: 'died',
    code: 'rule',
    place: 'r',
    rule: /PSH -j DROP/,
    says: [/connection itself was opened/],
  },
  {
    name: 'a program that hangs up at once',
    build: `routed; at b sh -c 'busybox nc -ll -p 80 -e /bin/false >/dev/null 2>&1 &'; sleep 0.3`,
    ask: 'a 10.2.0.2:80',
    status: 'refused',
    code: 'not-served',
    place: 'b',
    says: [/hung up at once/],
    noFix: true,
  },
  {
    name: 'a program that speaks first, and hangs up',
    build: `routed; at b sh -c 'busybox nc -ll -p 13 -e /bin/date >/dev/null 2>&1 &'; sleep 0.3`,
    ask: 'a 10.2.0.2:13',
    status: 'delivered',
  },
  {
    name: 'a program that stands still',
    build: `routed; at b sh -c 'nc -lk 0.0.0.0 80 >/dev/null 2>&1 & p=$!; sleep 0.3; kill -STOP $p'`,
    ask: 'a 10.2.0.2:80',
    status: 'died',
    code: 'not-served',
    place: 'b',
    says: [/1 wait in its queue/],
    noFix: true,
  },
]

/** Ways. */
const ways_: Case[] = [
  {
    name: 'two routers, and the second one has no way back',
    build: `${second}; cable a eth0 r eth0; cable r eth1 r2 eth0; cable r2 eth1 b eth0; ip -n a addr add 10.1.0.2/24 dev eth0; ip -n r addr add 10.1.0.1/24 dev eth0; ip -n r addr add 10.3.0.1/24 dev eth1; ip -n r2 addr add 10.3.0.2/24 dev eth0; ip -n r2 addr add 10.2.0.1/24 dev eth1; ip -n b addr add 10.2.0.2/24 dev eth0; ip -n a route add default via 10.1.0.1; ip -n b route add default via 10.2.0.1; ip -n r route add 10.2.0.0/24 via 10.3.0.2; at r sysctl -qw net.ipv4.ip_forward=1`,
    ask: 'a 10.2.0.2',
    status: 'died',
    code: 'no-route-back',
    place: 'r2',
    says: [/via 10\.3\.0\.1/],
  },
  {
    name: 'a TTL of 1 from the start',
    build: `routed; at a sysctl -qw net.ipv4.ip_default_ttl=1`,
    ask: 'a 10.2.0.2',
    status: 'died',
    code: 'ttl-exceeded',
    says: [/ip_default_ttl is 1/],
    not: [/a loop/],
    mend: 'at a sysctl -qw net.ipv4.ip_default_ttl=64',
  },
  {
    name: 'a hop limit of 1 from the start, IPv6',
    build: `routed; at a sysctl -qw net.ipv6.conf.eth0.hop_limit=1`,
    ask: 'a fd02::2',
    status: 'died',
    code: 'ttl-exceeded',
    says: [/hop_limit is 1/],
  },
  {
    name: 'a default route without a gateway',
    build: `routed; ip -n a route replace default dev eth0`,
    ask: 'a 10.2.0.2',
    status: 'died',
    place: 'a',
    says: [/default dev eth0/, /no gateway/, /via 10\.1\.0\.1/],
  },
  {
    name: 'the far side’s VPN takes all: its answers leave by the tunnel',
    build: `routed; at b ip tuntap add tun0 mode tun; ip -n b addr add 10.8.0.2/24 dev tun0; ip -n b link set tun0 up; ip -n b route add 0.0.0.0/1 dev tun0; ip -n b route add 128.0.0.0/1 dev tun0`,
    ask: 'a 10.2.0.2',
    status: 'died',
    place: 'b',
    says: [/tun0/, /0\.0\.0\.0\/1/],
  },
  {
    name: 'a rule of a VPN takes what is for the lab',
    build: `routed; at a ip tuntap add tun0 mode tun; ip -n a addr add 10.8.0.2/24 dev tun0; ip -n a link set tun0 up; ip -n a route add default dev tun0 table 51820; ip -n a rule add not fwmark 51820 table 51820`,
    ask: 'a 10.2.0.2',
    status: 'died',
    place: 'a',
    says: [/tun0/, /ip rule/, /51820/],
  },
  {
    name: 'a virtual address on lo with a whole subnet',
    build: `switched; ip -n b addr add 10.0.0.77/24 dev lo`,
    ask: 'a 10.0.0.77',
    status: 'died',
    place: 'b',
    says: [/lo has 10\.0\.0\.77\/24/, /\/32/],
  },
  {
    name: 'a router lost its address',
    build: `switched; sysctl -qw net.ipv4.ip_forward=1; ip addr flush dev br0; ip -n a route add default via 10.0.0.254`,
    ask: 'a 10.9.9.9',
    status: 'died',
    place: 'a',
    says: [/gateway 10\.0\.0\.254/, /br0 of s/],
    noFix: true,
  },
  {
    name: 'a gateway behind one that has it, named by who asks',
    build: `routed; ip -n b addr add 10.1.0.2/32 dev lo`,
    ask: 'a b',
    status: 'died',
    code: 'duplicate-address',
    place: 'b',
    not: [/but at a/],
  },
  {
    name: 'asked for 0.0.0.0, it is oneself',
    build: `routed; listen4 a 80`,
    ask: 'a 0.0.0.0:80',
    status: 'delivered',
  },
]

const dnat = '-d 10.1.0.1 -p tcp --dport 8080 -j DNAT --to 10.2.0.2:80'

/** Translations. */
const translations: Case[] = [
  {
    name: 'NOTRACK keeps a port forward from its connections',
    build: `routed; listen4 b 80; at r iptables -t nat -A PREROUTING ${dnat}; at r iptables -t raw -A PREROUTING -p tcp --dport 8080 -j NOTRACK`,
    ask: 'a 10.1.0.1:8080',
    status: 'refused',
    place: 'r',
    says: [/NOTRACK|notrack/, /rule 1 of nat PREROUTING/],
  },
  {
    name: 'an earlier rule of nat takes what was to be sent on',
    build: `routed; listen4 b 80; at r iptables -t nat -A PREROUTING -i eth0 -s 10.1.0.0/24 -j ACCEPT; at r iptables -t nat -A PREROUTING ${dnat}`,
    ask: 'a 10.1.0.1:8080',
    status: 'refused',
    place: 'r',
    says: [/Rule 1 of nat PREROUTING/, /before rule 2/],
  },
  {
    name: 'a firewall lets in the published port, not the one behind it',
    build: `routed; listen4 b 80; at r iptables -t nat -A PREROUTING ${dnat}; at r iptables -P FORWARD DROP; at r iptables -A FORWARD -p tcp --dport 8080 -j ACCEPT; at r iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
    ask: 'a 10.1.0.1:8080',
    status: 'died',
    code: 'policy',
    place: 'r',
    says: [/10\.2\.0\.2:80, not for 10\.1\.0\.1:8080/],
  },
  {
    name: 'sent back to who asked, with its own address as source',
    build: `switched; listen4 b 80; sysctl -qw net.ipv4.ip_forward=1; iptables -t nat -A PREROUTING -d 10.0.0.254 -p tcp --dport 8080 -j DNAT --to 10.0.0.2:80`,
    ask: 'b 10.0.0.254:8080',
    status: 'died',
    code: 'own-address-as-source',
    place: 'b',
    says: [/hairpin/, /MASQUERADE/],
  },
]

export const ways: readonly Case[] = [...connections, ...ways_, ...translations]
