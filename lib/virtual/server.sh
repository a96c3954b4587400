#!/bin/sh
# Makes one virtual server, inside the lab's world. Prints its name and the pid of its first process when it is ready.
# When it cannot be made it prints `NAME failed`, below what the tool said.
# usage: server.sh NAME CGROUP_FOLDER     the two later stages call this file again
#   CGROUP_FOLDER  '' without root
# Like world.sh and janitor.sh it is run by `busybox sh`, which does mount, mkdir and ip without starting a program.
set -eu
name=$1 cgroup=$2 stage=${3-start}

# link_all FOLDER TARGET…: links to all that is in a folder, for TARGET where it is not there yet.
# A link is copied as it is: /var/run leads to the server's own /run.
link_all() {
  from=$1 to=$2
  shift 2
  for file in "$from"/* "$from"/.[!.]*; do
    [ ! -e "$to/${file##*/}" ] || continue
    if [ -L "$file" ]; then cp -P "$file" "$to"; elif [ -e "$file" ]; then set -- "$@" "$file"; fi
  done
  [ $# = 0 ] || ln -s "$@" "$to"
}

case $stage in
start)
  # In the background, so that the process that entered the world can leave it again.
  {
    "$UNSHARE" --net --mount --propagation slave --uts --ipc --pid --fork --kill-child \
      busybox sh "$0" "$name" "$cgroup" inside || echo "$name failed"
  } &
  ;;

inside)
  # /proc is still that of the machine: it knows this process by the machine's number.
  read -r pid _ </proc/self/stat
  # A cgroup of its own, seen from inside as the root, so that one folder holds all that the engine makes.
  if [ -n "$cgroup" ]; then
    mkdir "$cgroup/$name"
    echo 0 >"$cgroup/$name/cgroup.procs"
  fi

  mount -n -t proc proc /proc
  hostname "$name"

  # An empty /run hides the machine's containerd, D-Bus, firewalld and systemd from the engine, and gives the
  # server its own named namespaces and its own lock for iptables.
  mount -n -t tmpfs tmpfs /run
  files=/run/vethlab-server
  mkdir -p /run/netns /run/lock $files/docker/cli-plugins \
    $files/etc/upper $files/etc/work $files/opt/upper $files/opt/work $files/var/upper $files/var/work
  printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n' "$name" >$files/etc/upper/hosts
  echo '# A virtual server has no name server.' >$files/etc/upper/resolv.conf
  echo "$name" >$files/etc/upper/hostname

  # What is written below these stays in the server: containerd makes /opt/containerd, dockerd /etc/docker.
  for top in etc opt var; do
    if [ -n "$cgroup" ]; then
      mount -n -t overlay -o "lowerdir=/$top,upperdir=$files/$top/upper,workdir=$files/$top/work" overlay "/$top"
    else
      # In a user namespace the kernel lays nothing over a folder with other mounts in it, and nothing over files of
      # unknown owners could be changed: links to them do the same.
      mkdir $files/$top/lower
      mount -n -o rbind "/$top" $files/$top/lower
      link_all $files/$top/lower $files/$top/upper
      mount -n -o bind $files/$top/upper "/$top"
    fi
  done

  # Kernel parameters beside those of the network belong to the machine.
  mount -n -o bind /proc/sys /proc/sys
  mount -n -o bind /proc/sys/net /proc/sys/net
  mount -n -o remount,bind,ro /proc/sys

  exec "$UNSHARE" --cgroup busybox sh "$0" "$name" "$cgroup" "$pid"
  ;;

*)
  # One cgroup v2 tree cannot be mounted right on top of another.
  [ ! -e /sys/fs/cgroup/cgroup.procs ] || mount -n -t tmpfs tmpfs /sys/fs/cgroup
  if [ -n "$cgroup" ]; then
    mount -n -t cgroup2 cgroup2 /sys/fs/cgroup
    # The kernel gives controllers only to a cgroup without processes of its own (moby's hack/dind does the same).
    mkdir /sys/fs/cgroup/init
    echo 0 >/sys/fs/cgroup/init/cgroup.procs
  else
    # In a desktop session the user may make cgroups, and those of the containers would outlive the lab.
    mount -n -o ro -t cgroup2 cgroup2 /sys/fs/cgroup
  fi
  ip link set dev lo up
  cd /
  echo "$name $stage"
  exec tini -- sleep infinity >/dev/null 2>&1
  ;;
esac
