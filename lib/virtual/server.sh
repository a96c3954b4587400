#!/bin/sh
# Makes one virtual server, inside the lab's world. Prints its name and the pid of its first process when it is ready.
# When it cannot be made it prints `NAME failed`, below what the tool said.
# usage: server.sh NAME CGROUP_FOLDER     the later stages call this file again
#   CGROUP_FOLDER  '' without root
#   in the environment  UNSHARE, NSENTER, SETPRIV and what files.sh says; FENCE: the capabilities that nobody in it has
# Like world.sh and janitor.sh it is run by `busybox sh`, which does mount, mkdir and ip without starting a program.
set -eu
name=$1 cgroup=$2 stage=${3-start} here=${0%/*}

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
  read -r mark </proc/sys/kernel/random/uuid
  mark=own-${mark%%-*}
  mount -n -t proc "$mark" /proc
  hostname "$name"
  # shellcheck source=/dev/null
  . "$here/files.sh"
  own_files
  # shellcheck source=/dev/null
  . "$here/defaults.sh"
  kernel_defaults
  exec "$UNSHARE" --cgroup busybox sh "$0" "$name" "$cgroup" cgroup "$pid"
  ;;

cgroup)
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
  # As root all mounts so far are locked, by a copy of them that belongs to a user namespace: nobody on the server takes one
  # off or makes it writable again, and `ip netns exec` mounts a /sys that is as read-only as this one. The copy needs a
  # process that holds it until it is entered; where none may be made, by a limit, the mounts stay as they are.
  holder=''
  [ -z "$cgroup" ] ||
    holder=$("$UNSHARE" --user --mount busybox sh -c 'echo $$; exec >/dev/null; kill -STOP $$' 2>/dev/null &)
  set -- busybox sh "$0" "$name" "$cgroup" ready "$4" "$holder"
  [ -z "$holder" ] || set -- "$NSENTER" --mount="/proc/$holder/ns/mnt" "$@"
  exec "$@"
  ;;

ready)
  [ -z "$5" ] || kill -KILL "$5"
  echo "$name $4"
  exec "$SETPRIV" --bounding-set "$FENCE" tini -- sleep infinity >/dev/null 2>&1
  ;;
esac
