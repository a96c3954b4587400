#!/bin/sh
# The keeper of a lab, outside of it: starts the lab's first process, waits until it ends, and removes what is left.
# usage: unshare [--user …] --mount --propagation slave busybox sh janitor.sh STATE_DIR CGROUP STORAGE [SERVER…]
#   CGROUP  the name of the lab's cgroup; '' without root, which alone can make one
#   STORAGE what the engines of a lab without root may have used; '' with root. The servers make it, who read it in the environment
#   stdin   one line: "keep" leaves the lab up when the tool ends; anything else, or the end of the tool, ends the lab
#   stdout  a line for the first process and for each server: its name (`world` for the first) and its pid
set -u
umask 022
here=${0%/*} dir=$1 group=$2 cgroup=${2:+$1/cgroup/$2} storage=$3
shift 3

# The kernel needs a moment until a cgroup counts as empty.
remove_cgroup() {
  for pause in 0.01 0.02 0.05 0.1 0.2 0.5 1; do
    [ -d "$cgroup" ] || return 0
    find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null && return 0
    sleep "$pause"
  done
}

# Where it works from now on: a folder of that name may be another lab's one day.
cd "$dir" || exit 1
exec 4<&0 </dev/null
if [ -n "$cgroup" ]; then
  mkdir cgroup && mount -n -t cgroup2 cgroup2 cgroup || exit 1
  remove_cgroup # of an earlier lab of this name that lost its janitor
  mkdir "$cgroup" || exit 1
fi

"$UNSHARE" --net --uts --ipc --pid --fork --kill-child \
  busybox sh "$here/world.sh" "$dir/pid" "$cgroup" "$@" 4<&- &
world=$!
exec >/dev/null 2>&1 # nobody may read there by the time of the end

# Ends the lab when the tool ends without having said "keep".
{
  read -r word <&4 || word=
  [ "$word" = keep ] || kill -9 "$(cat pid)" "$world"
} &
reader=$!
exec 4<&-

wait "$world"
kill "$reader" 2>/dev/null

if [ -n "$cgroup" ]; then
  # Who removes the folder takes the mount away with it.
  [ -d "$cgroup" ] || {
    mount -n -t tmpfs tmpfs /run && mkdir /run/cgroup && mount -n -t cgroup2 cgroup2 /run/cgroup
    cgroup=/run/cgroup/$group
  }
  remove_cgroup
  umount -n cgroup
  rmdir cgroup
fi
if [ -d "$storage" ]; then
  rm -rf "$storage"
  rmdir "${storage%/*}"
fi
rm -f pid owner lab.json lab.json.new journal before.json why.json why.json.new trial trial.new
rmdir "$dir" # fails when it is another lab's, which holds its owner
rmdir "${dir%/*}" 2>/dev/null # when it was the last lab
