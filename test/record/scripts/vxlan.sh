#!/bin/bash
# shellcheck disable=all
# VXLAN by hand: two "hosts", an underlay, and one Ethernet on top
VNI=42 PORT=4789
set -e

# The underlay
ip netns add host1; ip netns add host2
ip link add u1 netns host1 type veth peer name u2 netns host2
ip netns exec host1 ip addr add 10.0.0.1/24 dev u1
ip netns exec host2 ip addr add 10.0.0.2/24 dev u2
ip netns exec host1 ip link set u1 up mtu 1500
ip netns exec host2 ip link set u2 up mtu 1500

# The overlay: a VTEP and a bridge on each
make_host() { # ns own other inner
  local ns=$1
  ip -n $ns link add vx0 type vxlan id $VNI local $2 remote $3 dstport $PORT
  ip -n $ns link add br0 type bridge
  ip -n $ns link set vx0 master br0
  ip -n $ns link set vx0 up
  ip -n $ns addr add $4 dev br0
  ip -n $ns link set br0 up
}
make_host host1 10.0.0.1 10.0.0.2 172.16.0.1/24
make_host host2 10.0.0.2 10.0.0.1 172.16.0.2/24
bridge -n host1 fdb show dev vx0

# On top of it
ip netns exec host1 ping -c 1 -W 2 172.16.0.2
