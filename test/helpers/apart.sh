#!/bin/sh
# Runs a command, as root, on this machine apart from all else that runs on it: network, processes, mounts, cgroups,
# /run and labs of its own. It ends with the command, and so does whatever it has left.
# usage: apart.sh COMMAND…
set -eu
case ${VETHLAB_APART-} in
'')
  folder=$(mktemp -d)
  trap 'rmdir "$folder"' EXIT
  trap 'exit 130' INT TERM HUP
  code=0
  VETHLAB_APART=tree:$folder unshare --mount --propagation slave sh "$0" "$@" || code=$?
  exit $code
  ;;
tree:*)
  # A cgroup of its own, in a tree that is mounted for this alone.
  tree=${VETHLAB_APART#tree:}
  mount -n -t cgroup2 cgroup2 "$tree"
  group=$tree/vethlab-apart-$$
  mkdir "$group"
  trap 'find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || :' EXIT
  trap 'exit 130' INT TERM HUP
  code=0
  VETHLAB_APART=$group unshare --net --mount --uts --ipc --pid --fork --kill-child sh "$0" "$@" || code=$?
  exit $code
  ;;
/*)
  # Process 1; /proc is still that outside. From inside, its cgroup will be the root of the tree.
  echo 0 >"$VETHLAB_APART/cgroup.procs"
  umount -n "${VETHLAB_APART%/*}"
  VETHLAB_APART=inside exec unshare --cgroup sh "$0" "$@"
  ;;
esac

mount -n -t proc proc /proc
mount -n -t tmpfs -o mode=755 tmpfs /run
mkdir /run/lock /run/netns /run/mount # as they are on a machine in use
[ ! -d /var/lib/vethlab ] || mount -n -t tmpfs -o mode=755 tmpfs /var/lib/vethlab
mount -n -t sysfs sysfs /sys
mount -n -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set dev lo up
unset VETHLAB_APART
code=0
# Not by exec: process 1 waits for whatever else ends.
"$@" || code=$?
exit $code
