#!/bin/sh
# The first process of a lab: the parent of all its servers, and the network namespace of its switches.
# Runs as process 1 of new namespaces; the kernel ends every process of the lab with it.
# usage: world.sh PID_FILE
set -eu
# /proc is still that of the machine: it knows this process by the machine's number.
read -r pid _ </proc/self/stat
echo "$pid" >"$1"
mount -n -t proc proc /proc
mount -n -t tmpfs tmpfs /run
ip link set dev lo up
cd /
echo "$pid"
exec tini -- sleep infinity >/dev/null 2>&1
