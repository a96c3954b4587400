#!/bin/sh
# The file systems of a virtual server: what is the machine's can be read, and no more; what is written is its own.
# Read by server.sh, in the server's new namespaces, where /proc is its own already. Each mount(8) is a process, so most
# mounts stand in a table that one of them makes.
#   SHARED   a folder of the machine that stays as it is, writable; '' for none
#   STORAGE  without root: the folder of this lab's engines, for what tmpfs cannot hold
#   RUN_SIZE the size of /run, which holds all that a server writes
#   MOUNT    mount(8) of util-linux: that of busybox makes nothing read-only from a table
#   mark     a word that is the source of this server's own mounts, and of no other mount: of a table mount(8) passes
#            over what seems to be mounted already. What is mounted once more, to make it read-only, has mark/ro
# shellcheck disable=SC2154 # name, cgroup, mark: of server.sh
files=/run/vethlab-server own=/run/vethlab-server/$mark

# link_all FOLDER TARGET: links to all that is in a folder, for TARGET where it is not there yet.
# A link is copied as it is: /var/run leads to the server's own /run.
link_all() {
  from=$1 to=$2 links=''
  set --
  for file in "$from"/* "$from"/.[!.]*; do
    [ ! -e "$to/${file##*/}" ] || continue
    if [ -L "$file" ]; then links=yes; elif [ -e "$file" ]; then set -- "$@" "$file"; fi
  done
  [ $# = 0 ] || ln -s "$@" "$to"
  [ -n "$links" ] || return 0
  set --
  for file in "$from"/* "$from"/.[!.]*; do
    [ -e "$to/${file##*/}" ] || [ ! -L "$file" ] || set -- "$@" "$file"
  done
  [ $# = 0 ] || cp -P "$@" "$to"
}

# An empty /run hides the machine's containerd, D-Bus, firewalld and systemd from the engine, and gives the
# server its own named namespaces and its own lock for iptables.
own_run() {
  mount -n -t tmpfs -o "nosuid,nodev,mode=755,size=$RUN_SIZE" "$mark" /run
  mkdir -p /run/netns /run/lock $files/docker/cli-plugins "$own/etc/upper" "$own/opt/upper" "$own/var/upper" \
    "$own/etc/work" "$own/opt/work" "$own/var/work" "$own/tmp/work" "$own/dev/net" "$own/dev/pts" "$own/dev/shm"
  mkdir -m 700 /run/root
  mkdir -m 1777 "$own/tmp/upper" "$own/var/upper/tmp"
  printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n' "$name" >"$own/etc/upper/hosts"
  echo '# A virtual server has no name server.' >"$own/etc/upper/resolv.conf"
  echo "$name" >"$own/etc/upper/hostname"
}

# What must stay writable, before the rest no longer is.
keep_writable() {
  if [ -n "$SHARED" ]; then
    mkdir $files/shared
    mount -n -o rbind "$SHARED" $files/shared
  fi
  # A home that nobody can write has none; then only old kernels lack it.
  if [ -n "$STORAGE" ] && mkdir -p "$STORAGE/$name" 2>/dev/null; then
    mkdir $files/storage
    mount -n -o bind "$STORAGE/$name" $files/storage
  fi
}

# Each mount of the machine with the flags that it has: in a user namespace one may be added, none taken away. The
# escapes of mountinfo are those of fstab, too. What another mount covers is not found, and need not be. The last is
# the root: mount(8) passes over a / in a table.
read_only_table() {
  awk -v "mark=$mark" '$5 !~ "^/(proc|sys|dev|run)(/|$)" {
    sub(/^rw/, "ro", $6)
    sub(/,idmapped/, "", $6)
    line = " none remount,bind,nodev," $6
    if ($5 == "/") root = mark "/ro /." line; else print mark "/ro " $5 line
  } END { print root }' /proc/self/mountinfo
}

# What is written below these stays in the server: containerd makes /opt/containerd, dockerd /etc/docker.
tops='etc opt var tmp'
overlay_table() {
  for top in $tops; do
    [ ! -d "/$top" ] || echo "$mark /$top overlay nodev,lowerdir=/$top,upperdir=$own/$top/upper,workdir=$own/$top/work"
  done
}

# In a user namespace the kernel lays nothing over a folder with other mounts in it, and nothing over files of unknown
# owners could be changed: links to them do the same. So it is where mounts are locked (server.sh).
link_tops() {
  for top in $tops; do
    [ -d "/$top" ] || continue
    [ -z "$cgroup" ] || ! grep -q " / /$top .* - overlay $mark " /proc/self/mountinfo || continue
    mkdir "$own/$top/lower"
    mount -n -o rbind "/$top" "$own/$top/lower"
    link_all "$own/$top/lower" "$own/$top/upper"
    mount -n -o bind "$own/$top/upper" "/$top"
  done
}

# Devices that harm nobody, and terminals of its own.
dev_table() {
  for device in null zero full random urandom tty net/tun; do
    [ -e /dev/$device ] || continue
    : >"$own/dev/$device"
    echo "/dev/$device $own/dev/$device none bind"
  done
  echo "$own/dev /dev none rbind"
  echo "$mark /dev/pts devpts nosuid,noexec,mode=620,ptmxmode=666"
  echo "$mark /dev/shm tmpfs nosuid,nodev,mode=1777,size=64m"
  echo "$mark/ro /dev none remount,bind,ro,nosuid"
}

dev_links() {
  ln -s pts/ptmx "$own/dev/ptmx"
  if [ -L /dev/fd ] && [ -L /dev/stdin ] && [ -L /dev/stdout ] && [ -L /dev/stderr ]; then
    cp -P /dev/fd /dev/stdin /dev/stdout /dev/stderr "$own/dev"
    return
  fi
  ln -s /proc/self/fd "$own/dev/fd"
  ln -s /proc/self/fd/0 "$own/dev/stdin"
  ln -s /proc/self/fd/1 "$own/dev/stdout"
  ln -s /proc/self/fd/2 "$own/dev/stderr"
}

# Kernel parameters beside those of the network belong to the machine, and so do the keys of its console.
proc_table() {
  echo '/proc/sys /proc/sys none bind'
  echo '/proc/sys/net /proc/sys/net none bind'
  echo "$mark/ro /proc/sys none remount,bind,ro"
  for part in sysrq-trigger irq bus fs acpi; do
    [ ! -e /proc/$part ] || echo "/proc/$part /proc/$part none bind,ro"
  done
}

# The links of /sys are those of the network namespace in which it is mounted. Where the machine's own may not be
# mounted again, as in some containers without root, its links at least are hidden.
sys_table() {
  if mount -n -t sysfs -o nosuid,nodev,noexec "$mark" /sys 2>/dev/null; then
    echo '/sys/devices/virtual/net /sys/devices/virtual/net none bind'
    echo "$mark/ro /sys none remount,bind,ro,nosuid,nodev,noexec"
  else
    echo "$mark /sys/class/net tmpfs ro"
    echo "$mark /sys/devices/virtual/net tmpfs ro"
  fi
}

# Makes the mounts of a table, all of them. In a lab within a lab some have been made, and are covered by now: mount(8)
# would pass over them, unless it is told of each by itself.
make_all() {
  if ! grep -q ' /proc/\(sys\|sys/net\|sysrq-trigger\|irq\|bus\|fs\|acpi\) \| /sys/devices/virtual/net ' /proc/self/mountinfo; then
    "$MOUNT" -n -a -T "$1"
    return
  fi
  while read -r source target type options; do
    "$MOUNT" -n -t "$type" -o "$options" "$source" "$target"
  done <"$1"
}

own_files() {
  own_run
  keep_writable
  {
    read_only_table
    [ -z "$cgroup" ] || overlay_table
  } >"$own/table"
  # What could not be made read-only is seen from outside (mounts.ts): a folder that its user may not see need not be.
  if ! "$MOUNT" -n -a -T "$own/table" 2>/dev/null || [ -z "$cgroup" ]; then link_tops; fi
  dev_links
  {
    dev_table
    proc_table
    sys_table
  } >"$own/table"
  make_all "$own/table"
  [ -z "$SHARED" ] || mount -n -o rbind $files/shared "$SHARED"
}
