#!/bin/sh
# The net1 scenario as plain shell with 14 pings, for comparison, on a server whose engine runs and has $IMAGE.
# usage: net1.sh COMPOSE_FILE
set -eu
docker compose -f "$1" up -d --quiet-pull >/dev/null 2>&1
br=br-$(docker network inspect -f '{{slice .Id 0 12}}' disqube-example_qubenet)
ip netns add net1
ip link add name veth1 type veth peer name r0-net1
ip link set dev veth1 netns net1
ip -n net1 addr add 172.30.20.1/24 dev veth1
ip -n net1 link set dev veth1 up
ip -n net1 link set dev lo up
ip addr add 172.30.20.254/24 dev r0-net1
ip link set dev r0-net1 up
ip -n net1 route add default via 172.30.20.254
sysctl -qw net.ipv4.ip_forward=1
iptables -I DOCKER-USER -i r0-net1 -o "$br" -j ACCEPT
iptables -t raw -I PREROUTING -i r0-net1 -d 172.30.10.0/24 -j ACCEPT
iptables -t nat -A POSTROUTING -s 172.30.20.0/24 ! -o r0-net1 -j MASQUERADE
for n in 1 2 3; do
  c=disqube-example-qube-client-$n
  a=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$c")
  ping -qc1 -W1 "$a" >/dev/null
  docker exec "$c" ping -qc1 -W1 172.30.10.254 >/dev/null
  ip netns exec net1 ping -qc1 -W1 "$a" >/dev/null
  docker exec "$c" ping -qc1 -W1 172.30.20.1 >/dev/null
done
ping -qc1 -W1 172.30.20.1 >/dev/null
ip netns exec net1 ping -qc1 -W1 172.30.20.254 >/dev/null
