#!/bin/sh
# shellcheck disable=all
# Two hosts and a router, IPv6 only
set -e

# Three namespaces
for ns in h1 r1 h2; do
	ip netns add $ns
	ip -n $ns link set lo up
done

# Cables: h1 - r1 - h2
ip link add h1-r1 netns h1 type veth peer name r1-h1 netns r1
ip link add h2-r1 netns h2 type veth peer name r1-h2 netns r1
for pair in "h1 h1-r1" "r1 r1-h1" "r1 r1-h2" "h2 h2-r1"; do
	set -- $pair
	ip -netns "$1" link set "$2" up
done

# Addresses; nodad, so that nobody waits
ip netns exec r1 sysctl -qw net.ipv6.conf.all.forwarding=1
ip -n h1 -6 addr add 2001:db8:1::2/64 dev h1-r1 nodad
ip -n r1 -6 addr add 2001:db8:1::1/64 dev r1-h1 nodad
ip -n r1 -6 addr add 2001:db8:2::1/64 dev r1-h2 nodad
ip -n h2 -6 addr add 2001:db8:2::2/64 dev h2-r1 nodad
ip -n h1 -6 route add default via 2001:db8:1::1
ip -n h2 -6 route add default via 2001:db8:2::1

# Through the router
ip netns exec h1 ping -6 -c 2 -W 2 2001:db8:2::2
ip netns exec r1 ip6tables -P FORWARD DROP
ip netns exec h1 ping -6 -c 1 -W 1 2001:db8:2::2 && exit 1
exit 0
