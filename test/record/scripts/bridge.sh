#!/bin/bash
# shellcheck disable=all
# Lab 3: a switch with three hosts (course sheet)
BR=sw0

# 3.1 create the switch
sudo ip link add name $BR type bridge
sudo ip link set dev $BR up
sudo ip addr add 192.168.10.254/24 dev $BR

# 3.2 connect the hosts
for i in 1 2 3; do
    sudo ip netns add pc$i
    sudo ip link add pc$i-eth0 type veth peer name $BR-p$i
    sudo ip link set pc$i-eth0 netns pc$i
    sudo ip link set $BR-p$i master $BR
    sudo ip link set $BR-p$i up
    sudo ip netns exec pc$i ip link set lo up
    sudo ip netns exec pc$i ip link set dev pc$i-eth0 name eth0
    sudo ip netns exec pc$i ip addr add 192.168.10.$i/24 dev eth0
    sudo ip netns exec pc$i ip link set eth0 up
    sudo ip netns exec pc$i ip route add default via 192.168.10.254
done

# 3.3 isolate pc3
sudo bridge link set dev $BR-p3 isolated on
sudo bridge link set dev $BR-p2 isolated on

# 3.4 test
sudo ip netns exec pc1 ping -c 1 -W 1 192.168.10.2
sudo ip netns exec pc1 ping -c 1 -W 1 192.168.10.3
sudo ip netns exec pc2 ping -c 1 -W 1 192.168.10.3 || echo "pc2 cannot reach pc3: isolated"
ip neigh show dev $BR
