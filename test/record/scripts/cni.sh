#!/bin/bash -e
# shellcheck disable=all
# CNI from scratch: a bridge, an ADD for each "pod", NAT to the outside
podcidr=10.240.0.0/24
podcidr_gw=10.240.0.1
subnet=24
last_ip_file=/tmp/last_allocated_ip

# The bridge of the node
brctl addbr cni0 2>/dev/null || ip link add cni0 type bridge
ip link set cni0 up
ip addr add "${podcidr_gw}/${subnet}" dev cni0
iptables -t nat -A POSTROUTING -s ${podcidr} ! -o cni0 -j MASQUERADE
iptables -A FORWARD -s ${podcidr} -j ACCEPT
iptables -A FORWARD -d ${podcidr} -j ACCEPT
sysctl -w net.ipv4.ip_forward=1 >/dev/null

cni_add() {
    local ns=$1 n
    n=$(cat $last_ip_file 2>/dev/null || echo 1)
    n=$((n + 1))
    echo $n > $last_ip_file
    local host_ifname="veth$n"
    ip netns add "$ns"
    ip link add eth0 netns "$ns" type veth peer name "$host_ifname"
    ip link set "$host_ifname" up
    ip link set "$host_ifname" master cni0
    ip netns exec "$ns" ip link set eth0 up
    ip netns exec "$ns" ip addr add "10.240.0.$n/${subnet}" dev eth0
    ip netns exec "$ns" ip route add default via $podcidr_gw
    mac=$(ip netns exec "$ns" ip link show eth0 | awk '/ether/ {print $2}')
    echo "{ \"ip\": \"10.240.0.$n\", \"mac\": \"$mac\" }"
}

# Two pods
cni_add pod-a
cni_add pod-b

# They reach each other and the node
ip netns exec pod-a ping -c 1 -W 1 10.240.0.3
ip netns exec pod-b ping -c 1 -W 1 $podcidr_gw
