#!/bin/sh
# A star of namespaces at one bridge, up, asked, and down again, as people write it without vethlab. Prints a line for
# each part: its name and microseconds; for pairs also how many replied (a node asks itself, too).
# usage: unshare --net --mount sh star.sh plain|batch N [pairs]
#        unshare --net --mount sh star.sh PROGRAM WORD…
#   plain     an ip process for each command
#   batch     ip -batch: one for the server, one for each namespace
#   PROGRAM   any that makes the same star
set -eu
how=$1 n=${2-} pairs=${3-}
mount -n -t tmpfs tmpfs /run
mkdir /run/netns

address() { echo "10.1.$(($1 / 256)).$(($1 % 256))"; }

plain_up() {
  ip link add name br0 type bridge
  ip link set dev br0 up
  for i in $(seq "$n"); do
    ip netns add "n$i"
    ip link add name "p$i" type veth peer name eth0 netns "n$i"
    ip link set dev "p$i" master br0 up
    ip -n "n$i" addr add "10.1.$((i / 256)).$((i % 256))/16" dev eth0
    ip -n "n$i" link set dev eth0 up
    ip -n "n$i" link set dev lo up
  done
}

plain_down() {
  for i in $(seq "$n"); do ip netns del "n$i"; done
  ip link del dev br0
}

batch_up() {
  {
    printf 'link add name br0 type bridge\nlink set dev br0 up\n'
    for i in $(seq "$n"); do
      printf 'netns add n%d\nlink add name p%d type veth peer name eth0 netns n%d\nlink set dev p%d master br0 up\n' \
        "$i" "$i" "$i" "$i"
    done
  } | ip -batch -
  for i in $(seq "$n"); do
    printf 'addr add 10.1.%d.%d/16 dev eth0\nlink set dev eth0 up\nlink set dev lo up\n' \
      $((i / 256)) $((i % 256)) | ip -n "n$i" -batch -
  done
}

batch_down() {
  {
    for i in $(seq "$n"); do echo "netns del n$i"; done
    echo 'link del dev br0'
  } | ip -batch -
}

# An fping in each namespace, all side by side.
pairs() {
  targets=$(for i in $(seq "$n"); do address "$i"; done)
  for i in $(seq "$n"); do
    # shellcheck disable=SC2086 # a list of addresses
    ip netns exec "n$i" fping -q -C 1 -i 1 $targets >"/run/said.$i" 2>&1 &
  done
  wait
}

now() { date +%s%N; }
timed() {
  name=$1 began=$(now)
  shift
  "$@"
  echo "$name $((($(now) - began) / 1000))"
}

case $how in
plain | batch)
  timed up "${how}_up"
  if [ -n "$pairs" ]; then
    sleep 1 # until the bridge forwards
    timed pairs pairs
    echo "replied $(cat /run/said.* | grep -c ' : [0-9]')"
  fi
  timed down "${how}_down"
  ;;
*)
  timed up "$@"
  ;;
esac
