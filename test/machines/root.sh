#!/bin/sh
# Makes the root file system of a machine: Debian's smallest, and what set-up takes for granted. All of it or nothing:
# it gets its name when it is whole, and what an earlier try has left is thrown away.
# usage: root.sh FOLDER SUITE NODE      NODE: a version of the npm package `node`, or `own` for the distribution's
set -eu
folder=$1 suite=$2 node=$3
if [ -z "${VETHLAB_ROOT_MOUNTS-}" ]; then
  # debootstrap mounts /proc in there: in namespaces of its own that ends with it, however it ends.
  VETHLAB_ROOT_MOUNTS=1 exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc sh "$0" "$@"
fi
cd "${0%/*}/../.."
. scripts/fetch.sh

mirror=$(debian_mirror)
[ -n "$mirror" ] || die "no mirror of Debian is known" "apt's sources name none: a machine is made from one."

failed() { die "$1: $(tail -n 1 "$folder.log")" "All that was said: $folder.log"; }

mkdir -p "${folder%/*}"
exec 9>"$folder.lock"
flock 9 # another may be making it
[ ! -d "$folder" ] || exit 0
rm -rf "$folder.new"
say "making the machine $suite"
# A debootstrap older than the suite does not know its name, yet makes it as it makes sid.
how=/usr/share/debootstrap/scripts/$suite
[ -e "$how" ] || how=${how%/*}/sid
debootstrap --variant=minbase --include=ca-certificates "$suite" "$folder.new" "$mirror" "$how" >"$folder.log" 2>&1 ||
  failed "debootstrap could not make $suite"
if [ "$node" = own ]; then packages='nodejs npm'; else packages=libatomic1; fi
# debootstrap itself is not able to order all that npm depends on.
cat /etc/resolv.conf >"$folder.new/etc/resolv.conf"
# What this machine says of proxies, and of a mirror that is behind the times, holds there, too.
apt-config dump | grep -iE '^Acquire::(Check-|[^ ]*Proxy)' >"$folder.new/etc/apt/apt.conf.d/50mirror" || :
{
  # shellcheck disable=SC2086 # a list of names
  mount -n -t proc proc "$folder.new/proc" &&
    chroot "$folder.new" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io git make sudo $packages &&
    umount "$folder.new/proc"
} >"$folder.log" 2>&1 || failed "apt could not install git, make, sudo, $packages on $suite"
if [ "$node" != own ]; then
  npm install --prefix "$folder.new/opt/node" --no-audit --no-fund --loglevel=error "node@$node" npm >"$folder.log" 2>&1 ||
    failed "npm could not get Node.js $node"
  for program in node npm npx; do ln -s "../../../opt/node/node_modules/.bin/$program" "$folder.new/usr/local/bin/"; done
fi
rm -rf "$folder.new/var/cache/apt/archives" "$folder.log"
mkdir -p "$folder.new/var/cache/apt/archives/partial"
mv "$folder.new" "$folder"
