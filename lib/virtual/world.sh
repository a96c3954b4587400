#!/bin/sh
# The first process of a lab: the parent of all its servers, and the network namespace of its switches.
# Runs as process 1 of a new PID namespace; the kernel ends every process of the lab with it.
# It leaves the mounts as they are: the servers, which copy them, need the machine's /proc.
# usage: world.sh PID_FILE CGROUP_FOLDER [SERVER…]
set -eu
here=${0%/*} pid_file=$1 cgroup=$2
shift 2
read -r pid _ </proc/self/stat
echo "$pid" >"$pid_file"
for server; do busybox sh "$here/server.sh" "$server" "$cgroup" & done
ip link set dev lo up
cd /
echo "world $pid"
exec tini -- sleep infinity >/dev/null 2>&1
