#!/bin/sh
# Makes one virtual server, inside the lab's world. Prints its name and the pid of its first process when it is ready.
# usage: server.sh NAME CGROUP     the two later stages call this file again
set -eu
name=$1 cgroup=$2 stage=${3-start}

case $stage in
start)
  # In the background, so that the process that entered the world can leave it again.
  unshare --net --mount --propagation slave --uts --ipc --pid --fork --kill-child sh "$0" "$name" "$cgroup" inside &
  ;;

inside)
  # /proc is still that of the machine: it knows this process by the machine's number.
  read -r pid _ </proc/self/stat
  mount -n -t proc proc /proc
  echo "$name" >/proc/sys/kernel/hostname

  # An empty /run hides the machine's containerd, D-Bus, firewalld and systemd from the engine, and gives the
  # server its own named namespaces and its own lock for iptables.
  mount -n -t tmpfs tmpfs /run
  files=/run/vethlab
  mkdir -p /run/netns /run/lock $files/docker/cli-plugins $files/cgroup \
    $files/etc/upper $files/etc/work $files/opt/upper $files/opt/work $files/var/upper $files/var/work

  # What is written below these stays in the server: containerd makes /opt/containerd, dockerd /etc/docker.
  for top in etc opt var; do
    mount -n -t overlay -o "lowerdir=/$top,upperdir=$files/$top/upper,workdir=$files/$top/work" overlay "/$top"
  done
  [ ! -L /etc/resolv.conf ] || rm /etc/resolv.conf
  printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n' "$name" >/etc/hosts
  echo '# A virtual server has no name server.' >/etc/resolv.conf
  echo "$name" >/etc/hostname

  # Kernel parameters beside those of the network belong to the machine.
  mount -n --bind /proc/sys /proc/sys
  mount -n --bind /proc/sys/net /proc/sys/net
  mount -n -o remount,bind,ro /proc/sys

  # A cgroup of its own, seen from inside as the root, so that one folder holds all that the engine makes.
  mount -n -t cgroup2 cgroup2 $files/cgroup
  mkdir "$files/cgroup/$cgroup/$name"
  echo 0 >"$files/cgroup/$cgroup/$name/cgroup.procs"
  umount -n $files/cgroup
  exec unshare --cgroup sh "$0" "$name" "$cgroup" "$pid"
  ;;

*)
  mount -n -t cgroup2 cgroup2 /sys/fs/cgroup
  # The kernel gives controllers only to a cgroup without processes of its own (moby's hack/dind does the same).
  mkdir /sys/fs/cgroup/init
  echo 0 >/sys/fs/cgroup/init/cgroup.procs
  ip link set dev lo up
  cd /
  echo "$name $stage"
  exec tini -- sleep infinity >/dev/null 2>&1
  ;;
esac
