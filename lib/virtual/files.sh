#!/bin/sh
# The file systems of a virtual server: what is the machine's can be read, and no more; what is written is its own.
# Read by server.sh, in the server's new namespaces, where /proc is its own already.
#   SHARED   a folder of the machine that stays as it is, writable; '' for none
#   STORAGE  without root: the folder of this lab's engines, for what tmpfs cannot hold
#   RUN_SIZE the size of /run, which holds all that a server writes
#   MOUNT    mount(8) of util-linux: that of busybox makes nothing read-only from a table
# shellcheck disable=SC2154 # name, cgroup: of server.sh
files=/run/vethlab-server

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

# An empty /run hides the machine's containerd, D-Bus, firewalld and systemd from the engine, and gives the
# server its own named namespaces and its own lock for iptables.
own_run() {
  mount -n -t tmpfs -o "nosuid,nodev,mode=755,size=$RUN_SIZE" tmpfs /run
  mkdir -p /run/netns /run/lock /run/root $files/docker/cli-plugins
  for top in etc opt var tmp; do mkdir -p $files/$top/upper $files/$top/work; done
  chmod 700 /run/root
  chmod 1777 $files/tmp/upper
  mkdir -m 1777 $files/var/upper/tmp
  printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n' "$name" >$files/etc/upper/hosts
  echo '# A virtual server has no name server.' >$files/etc/upper/resolv.conf
  echo "$name" >$files/etc/upper/hostname
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
  mkdir -p $files/dev/net $files/dev/pts $files/dev/shm
  for device in null zero full random urandom tty net/tun; do
    [ -e /dev/$device ] || continue
    : >$files/dev/$device
    mount -n -o bind /dev/$device $files/dev/$device
  done
}

# Each mount of the machine with the flags that it has: in a user namespace one may be added, none taken away. The
# escapes of mountinfo are those of fstab, too. What another mount covers is not found, and need not be.
read_only() {
  awk '$5 != "/" && $5 !~ "^/(proc|sys|dev|run)(/|$)" {
    sub(/^rw/, "ro", $6)
    sub(/,idmapped/, "", $6)
    print "none " $5 " none remount,bind,nodev," $6
  }' /proc/self/mountinfo >$files/mounts
  "$MOUNT" -n -a -T $files/mounts 2>/dev/null || :
  awk '$5 == "/" { sub(/^rw/, "ro", $6); sub(/,idmapped/, "", $6); flags = $6 } END { print flags }' /proc/self/mountinfo >$files/mounts
  read -r flags <$files/mounts
  "$MOUNT" -n -o "remount,bind,nodev,$flags" /
  rm $files/mounts
}

# What is written below these stays in the server: containerd makes /opt/containerd, dockerd /etc/docker.
own_tops() {
  for top in etc opt var tmp; do
    [ -d /$top ] || continue
    overlay=nodev,lowerdir=/$top,upperdir=$files/$top/upper,workdir=$files/$top/work
    [ -z "$cgroup" ] || ! mount -n -t overlay -o "$overlay" overlay "/$top" 2>/dev/null || continue
    # In a user namespace the kernel lays nothing over a folder with other mounts in it, and nothing over files of
    # unknown owners could be changed: links to them do the same. So it is where mounts are locked (server.sh).
    mkdir $files/$top/lower
    mount -n -o rbind "/$top" $files/$top/lower
    link_all $files/$top/lower $files/$top/upper
    mount -n -o bind $files/$top/upper "/$top"
  done
}

# Devices that harm nobody, and terminals of its own.
own_dev() {
  ln -s /proc/self/fd/0 $files/dev/stdin
  ln -s /proc/self/fd/1 $files/dev/stdout
  ln -s /proc/self/fd/2 $files/dev/stderr
  ln -s /proc/self/fd $files/dev/fd
  ln -s pts/ptmx $files/dev/ptmx
  mount -n -o rbind $files/dev /dev
  mount -n -t devpts -o nosuid,noexec,mode=620,ptmxmode=666 devpts /dev/pts
  mount -n -t tmpfs -o nosuid,nodev,mode=1777,size=64m tmpfs /dev/shm
  mount -n -o remount,bind,ro,nosuid /dev
}

# Kernel parameters beside those of the network belong to the machine, and so do the keys of its console.
own_proc() {
  mount -n -o bind /proc/sys /proc/sys
  mount -n -o bind /proc/sys/net /proc/sys/net
  for part in sys sysrq-trigger irq bus fs acpi; do
    [ -e /proc/$part ] || continue
    [ $part = sys ] || mount -n -o bind /proc/$part /proc/$part
    mount -n -o remount,bind,ro /proc/$part
  done
}

# The links of /sys are those of the network namespace in which it is mounted. Where the machine's own may not be
# mounted again, as in some containers without root, its links at least are hidden.
own_sys() {
  if mount -n -t sysfs -o nosuid,nodev,noexec sysfs /sys 2>/dev/null; then
    mount -n -o bind /sys/devices/virtual/net /sys/devices/virtual/net
    mount -n -o remount,bind,ro,nosuid,nodev,noexec /sys
  else
    mount -n -t tmpfs -o ro tmpfs /sys/class/net
    mount -n -t tmpfs -o ro tmpfs /sys/devices/virtual/net
  fi
}

own_files() {
  own_run
  keep_writable
  read_only
  own_tops
  own_dev
  own_proc
  own_sys
  [ -z "$SHARED" ] || mount -n -o rbind $files/shared "$SHARED"
}
