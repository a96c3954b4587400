#!/bin/sh
# The namespaces scenario as plain shell, for comparison.
# usage: unshare --net --mount sh namespaces.sh
set -eu
mount -n -t tmpfs tmpfs /run
mkdir /run/netns
ip netns add space1
ip netns add space2
ip netns list >/dev/null
ip link add name veth-s1 type veth peer name veth-s2
ip link show type veth >/dev/null
[ "$(ip link show | grep -c veth-s)" = 2 ]
ip link set dev veth-s1 netns space1
ip link set dev veth-s2 netns space2
ip -n space1 link show >/dev/null
if ip link show | grep -q veth-s; then exit 1; fi
ip -n space1 link show | grep -q veth-s1
if ip netns exec space1 ping -c 1 -W 1 10.0.0.12 >/dev/null 2>&1; then exit 1; fi
ip -n space1 addr add 10.0.0.11/24 dev veth-s1
ip -n space1 link set dev veth-s1 up
ip -n space2 addr add 10.0.0.12/24 dev veth-s2
ip -n space2 link set dev veth-s2 up
ip netns exec space1 ping -c 1 -W 1 10.0.0.12 >/dev/null
ip netns exec space2 ping -c 1 -W 1 10.0.0.11 >/dev/null
if ping -c 1 -W 1 10.0.0.12 >/dev/null 2>&1; then exit 1; fi
ip netns del space1
ip netns del space2
