#!/bin/bash
# shellcheck disable=all
# SPDX-License-Identifier: none
#
# Forwarding between two hosts, in the manner of a kernel selftest
#
#  +----------+     +----------+     +----------+
#  |    h1    |-----|  router  |-----|    h2    |
#  +----------+     +----------+     +----------+

readonly ksft_skip=4
ret=0

cleanup()
{
	local ns

	for ns in h1 rtr h2; do
		ip netns del $ns 2>/dev/null
	done
	pkill -f nothing-of-that-name
}
trap cleanup EXIT

log_test()
{
	local rc=$1 expected=$2 msg="$3"

	if [ "$rc" -eq "$expected" ]; then
		printf "TEST: %-50s  [ OK ]\n" "$msg"
	else
		ret=1
		printf "TEST: %-50s  [FAIL]\n" "$msg"
	fi
}

run_cmd()
{
	local cmd="$*"
	local out rc

	out=$($cmd 2>&1)
	rc=$?
	return $rc
}

create_ns()
{
	ip netns add $1
	ip -netns $1 link set lo up
}

setup()
{
	set -e

	# The namespaces
	create_ns h1
	create_ns rtr
	create_ns h2

	# The links
	ip -n h1 link add eth0 type veth peer name r1 netns rtr
	ip -n h2 link add eth0 type veth peer name r2 netns rtr
	ip -n h1 link set eth0 up
	ip -n h2 link set eth0 up
	ip -n rtr link set r1 up
	ip -n rtr link set r2 up

	# Addresses and routes
	ip -n h1 addr add 192.0.2.1/28 dev eth0
	ip -n rtr addr add 192.0.2.2/28 dev r1
	ip -n h2 addr add 192.0.2.17/28 dev eth0
	ip -n rtr addr add 192.0.2.18/28 dev r2
	ip -n h1 route add 192.0.2.16/28 via 192.0.2.2 metric 100
	ip -n h2 route add 192.0.2.0/28 via 192.0.2.18
	ip netns exec rtr sysctl -q -w net.ipv4.conf.all.forwarding=1
	ip netns exec rtr sysctl -q -w net.ipv4.conf.all.rp_filter=0
	set +e
}

test_ping()
{
	run_cmd ip netns exec h1 ping -c 1 -w 2 192.0.2.17
	log_test $? 0 "ping through the router"
}

test_blackhole()
{
	ip -n rtr route add blackhole 192.0.2.1/32
	run_cmd ip netns exec h2 ping -c 1 -w 1 192.0.2.1
	log_test $? 1 "ping into a black hole"
}

cleanup
setup
test_ping
test_blackhole
exit $ret
