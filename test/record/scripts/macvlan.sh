#!/bin/bash
# shellcheck disable=all
# macvlan: several MAC addresses on one parent
set -e
PARENT=eth-lan

ip netns add lan
ip link add $PARENT type veth peer name port netns lan
ip link set $PARENT up
ip -n lan link set port up
ip -n lan addr add 10.20.0.254/24 dev port

# Two children in namespaces of their own
n=1
for child in mac1 mac2
do
    ip netns add ns-$child
    ip link add $child link $PARENT type macvlan mode bridge
    ip link set $child netns ns-$child
    ip netns exec ns-$child ip addr add 10.20.0.$n/24 dev $child
    ip netns exec ns-$child ip link set $child up
    let n++ || true
done

# They reach each other, and the LAN; the parent itself is out of reach
ip addr add 10.20.0.100/24 dev $PARENT
ip netns exec ns-mac1 ping -c 1 -W 1 10.20.0.2
ip netns exec ns-mac1 ping -c 1 -W 1 10.20.0.254
if ip netns exec ns-mac1 ping -c 1 -W 1 10.20.0.100; then echo "unexpected"; fi
