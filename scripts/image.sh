#!/bin/sh
# Builds the root file system of the scenarios' image as a tar file: busybox, and the tools that its own lack,
# taken from this machine with their libraries.
# usage: image.sh FILE.tar
set -eu
PATH=$PATH:/usr/sbin:/sbin
target=$1
mkdir -p "$(dirname "$target")"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

mkdir -p "$root/bin" "$root/sbin" "$root/lib" "$root/etc" "$root/tmp" "$root/root" "$root/run" "$root/proc" "$root/sys" "$root/dev"
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in $(busybox --list); do
  [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done

# program [name in the image]: the program and the libraries it names, in their own places
add() {
  file=$(readlink -f "$(command -v "$1")")
  rm -f "$root/bin/$1"
  cp "$file" "$root/bin/$1"
  ldd "$file" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) .*/\1/p' | while read -r library; do
    mkdir -p "$root${library%/*}"
    [ -e "$root$library" ] || cp -L "$library" "$root$library"
  done
}
for program in ip ping nc bash; do add "$program"; done
# The shell of Debian's busybox would take its own nc, ip and ping before those.
ln -sf bash "$root/bin/sh"

echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

tar -C "$root" --owner=0 --group=0 --numeric-owner -cf "$target.new" .
mv "$target.new" "$target"
