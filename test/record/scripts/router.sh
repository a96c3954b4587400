#!/bin/bash
# Two namespaces and a router between them
set -e
A=red B=blue

# The namespaces
for ns in $A $B; do
  ip netns add "$ns"
  ip netns exec "$ns" ip link set lo up
done

# A cable to each
i=1
for ns in $A $B; do
  sudo ip link add "veth-$ns" type veth peer name eth0 netns "$ns"
  /sbin/ip addr add 10.0.$i.254/24 dev "veth-$ns"
  ip link set "veth-$ns" up
  ip -n "$ns" addr add 10.0.$i.1/24 dev eth0
  ip netns exec "$ns" bash -c "ip link set eth0 up; ip route add default via 10.0.$i.254"
  i=$((i + 1))
done

echo 1 > /proc/sys/net/ipv4/ip_forward
iptables -t nat -A POSTROUTING -s 10.0.1.0/24 -j MASQUERADE
iptables-restore -n <<R
*filter
-A FORWARD -i veth-red -j ACCEPT
COMMIT
R

# Who talks to whom
ip netns exec blue python3 -m http.server 8080 >/dev/null 2>&1 &
ip netns exec red ping -c 1 10.0.2.1
for _ in 1 2 3 4 5 6 7 8 9 10; do
  ip netns exec red curl -s http://10.0.2.1:8080/ >/dev/null && break
  sleep 0.5
done
if ping -c 1 -W 1 10.0.9.9; then exit 1; fi
kill %1
