#!/usr/bin/env bash
# shellcheck disable=all
# A home router: masquerading, a forwarded port, and a firewall with state
set -e
ip netns add home
ip netns add router
ip netns add inet

ip link add home0 netns home type veth peer lan0 netns router
ip link add wan0 netns router type veth peer inet0 netns inet

ip -n home addr add 192.168.1.10/24 dev home0 && ip -n home link set home0 up
ip -n router addr add 192.168.1.1/24 dev lan0 && ip -n router link set lan0 up
ip -n router addr add 198.51.100.1/24 dev wan0 && ip -n router link set wan0 up
ip -n inet addr add 198.51.100.2/24 dev inet0 && ip -n inet link set inet0 up
ip -n home route add default via 192.168.1.1

# The router forwards, and hides the home behind its own address
ip netns exec router sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
R="ip netns exec router iptables"
$R -t nat -A POSTROUTING -s 192.168.1.0/24 -o wan0 -j MASQUERADE
$R -t nat -A PREROUTING -i wan0 -p tcp --dport 8080 -j DNAT --to-destination 192.168.1.10:80
$R -P FORWARD DROP
$R -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
$R -A FORWARD -i lan0 -o wan0 -j ACCEPT
$R -A FORWARD -p tcp -d 192.168.1.10 --dport 80 -m conntrack --ctstate NEW -j ACCEPT
$R -A INPUT -i wan0 -p icmp --icmp-type echo-request -m limit --limit 5/second -j ACCEPT

# A server at home
ip netns exec home python3 -m http.server 80 >/dev/null 2>&1 &
for try in $(seq 20); do
  ip netns exec inet curl -s -m 1 -o /dev/null http://198.51.100.1:8080/ && break
  sleep 0.2
done
ip netns exec home ping -c 1 -W 1 198.51.100.2
ip netns exec inet ping -c 1 -W 1 192.168.1.10 || echo "no way in: good"
