#!/bin/sh
# Runs a command as root on another machine: a root file system, in namespaces of its own. It sees nothing of this
# machine but its kernel; what it writes ends with it, or is kept where UPPER says.
# usage: [UPPER=FOLDER] enter.sh LAYERS CHECKOUT COMMAND…
#   LAYERS    folders, as overlayfs takes them: the upper before the lower, FOLDER:FOLDER; they are left as they are
#   CHECKOUT  is there as /vethlab, for reading
# The network is this machine's until the command calls `/machine/alone COMMAND…`: from there on it has its own.
set -eu
layers=$1 checkout=$2
shift 2

case ${VETHLAB_MACHINE-} in
'')
  folder=$(mktemp -d)
  trap 'rmdir "$folder"' EXIT
  trap 'exit 130' INT TERM HUP
  code=0
  VETHLAB_HOLD=$folder VETHLAB_MACHINE=tree:$folder unshare --mount --propagation private sh "$0" "$layers" "$checkout" "$@" || code=$?
  exit $code
  ;;
tree:*)
  # A cgroup of its own, in a tree that is mounted for this alone.
  tree=${VETHLAB_MACHINE#tree:}
  mount -n -t cgroup2 cgroup2 "$tree"
  group=$tree/vethlab-machine-$$
  mkdir "$group"
  trap 'find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || :' EXIT
  trap 'exit 130' INT TERM HUP
  code=0
  VETHLAB_MACHINE=$group unshare --mount --uts --ipc --pid --fork --kill-child sh "$0" "$layers" "$checkout" "$@" || code=$?
  exit $code
  ;;
/*)
  # Process 1; /proc is still that outside. From inside, its cgroup will be the root of the tree.
  echo 0 >"$VETHLAB_MACHINE/cgroup.procs"
  umount -n "${VETHLAB_MACHINE%/*}"
  VETHLAB_MACHINE=inside exec unshare --cgroup sh "$0" "$layers" "$checkout" "$@"
  ;;
esac

# The folder outside is free again: the tree was taken off it.
hold=$VETHLAB_HOLD
unset VETHLAB_HOLD
mount -n -t tmpfs -o mode=755 tmpfs "$hold"
root=$hold/root upper=${UPPER:-$hold/upper}
work=${UPPER:+$UPPER.work}
work=${work:-$hold/work}
mkdir -p "$root" "$upper" "$work"
mount -n -t overlay -o "lowerdir=$layers,upperdir=$upper,workdir=$work" overlay "$root"

for folder in dev run tmp machine vethlab; do mkdir -p "$root/$folder"; done
mount -n -t proc proc "$root/proc"
for pair in dev=755 run=755 tmp=1777 machine=755; do
  mount -n -t tmpfs -o "mode=${pair#*=}" tmpfs "$root/${pair%=*}"
done
mkdir "$root/run/lock" "$root/run/netns" "$root/dev/pts" "$root/dev/shm" "$root/dev/net"
while read -r device numbers; do
  # shellcheck disable=SC2086 # two numbers
  mknod -m 666 "$root/dev/$device" c $numbers
done <<'DEVICES'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
net/tun 10 200
DEVICES
mount -n -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$root/dev/pts"
mount -n -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for number in 0 1 2; do ln -s "/proc/self/fd/$number" "$root/dev/$number"; done
mv "$root/dev/0" "$root/dev/stdin"
mv "$root/dev/1" "$root/dev/stdout"
mv "$root/dev/2" "$root/dev/stderr"
mount -n -o bind "$checkout" "$root/vethlab"
mount -n -o remount,bind,ro "$root/vethlab"

# What it takes to download as this machine does: its resolver, and the certificates that it trusts.
cat /etc/resolv.conf >"$root/etc/resolv.conf"
certificates=/etc/ssl/certs/ca-certificates.crt
[ ! -f $certificates ] || cat $certificates >"$root$certificates"
hostname machine
printf '127.0.0.1\tlocalhost\n127.0.1.1\tmachine\n' >"$root/etc/hosts"

# sysfs shows the links of the network namespace that it is mounted in.
cat >"$root/machine/sys" <<'SH'
umount -n -R /sys 2>/dev/null
mount -n -t sysfs sysfs /sys && mount -n -t cgroup2 cgroup2 /sys/fs/cgroup
SH
cat >"$root/machine/alone" <<'SH'
#!/bin/sh
exec unshare --net sh -c 'sh /machine/sys && ip link set dev lo up && exec "$@"' sh "$@"
SH
chmod 755 "$root/machine/alone"

# In a chroot no user namespace can be made: this becomes the root of all mounts.
cd "$root"
pivot_root . .
umount -n -l .
cd /
sh /machine/sys
code=0
# Not by exec: a shell as process 1 waits for whatever else ends.
env -i HOME=/root USER=root TERM="${TERM-dumb}" NO_COLOR=1 LANG=C.UTF-8 NODE_EXTRA_CA_CERTS=$certificates \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" || code=$?
exit $code
