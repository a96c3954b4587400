#!/bin/bash
# shellcheck disable=all
# A firewall of nftables between two namespaces
set -e
ip netns add a
ip netns add fw
ip netns add b
ip link add a0 netns a type veth peer name fa netns fw
ip link add b0 netns b type veth peer name fb netns fw
for e in "a a0 10.1.0.2" "fw fa 10.1.0.1" "fw fb 10.2.0.1" "b b0 10.2.0.2"; do
  read -r ns dev ip <<<"$e"
  ip -n $ns addr add $ip/24 dev $dev
  ip -n $ns link set $dev up
done
ip -n a route add default via 10.1.0.1
ip -n b route add default via 10.2.0.1
ip netns exec fw sysctl -w net.ipv4.ip_forward=1

# The rules
nft() { ip netns exec fw nft "$@"; }
nft add table inet filter
nft 'add chain inet filter forward { type filter hook forward priority 0; policy drop; }'
nft add rule inet filter forward ct state established,related accept
nft add rule inet filter forward iifname fa ip protocol icmp counter accept

# One way only
ip netns exec a ping -c 1 -W 1 10.2.0.2
! ip netns exec b ping -c 1 -W 1 10.1.0.2
