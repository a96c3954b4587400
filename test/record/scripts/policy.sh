#!/bin/bash
# shellcheck disable=all
# Policy routing: the source address chooses the way out
set -euo pipefail

declare -A GW=([isp1]=192.0.2 [isp2]=198.51.100)

# A client with two providers
ip netns add client
ip -n client link set lo up
for isp in isp1 isp2; do
  ip netns add "$isp"
  ip -n "$isp" link set lo up
  ip -n "$isp" link add uplink type veth peer name "to-$isp" netns client
  ip -n "$isp" addr add "${GW[$isp]}.1/24" dev uplink
  ip -n "$isp" link set uplink up
  ip -n client addr add "${GW[$isp]}.2/24" dev "to-$isp"
  ip -n client link set "to-$isp" up
  ip -n "$isp" addr add 203.0.113.9/32 dev lo
done

# One table for each provider, and a rule for each source
table=100
for isp in isp1 isp2; do
  ip -n client route add default via "${GW[$isp]}.1" dev "to-$isp" table $table
  ip -n client rule add from "${GW[$isp]}.2" lookup $table priority $((table + 1000))
  table=$((table + 100))
done
ip -n client route add default via 192.0.2.1
ip -n client rule show

# Both answer
ip netns exec client ping -c1 -W1 -I 192.0.2.2 203.0.113.9
ip netns exec client ping -c1 -W1 203.0.113.9
