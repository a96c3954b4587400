#!/bin/sh
# Runs a command, as root, on this machine with two ordinary users more: student and other. They exist for that command
# alone: their lines in /etc and their homes are mounts of its own. Each has a copy of this checkout in ~/vethlab, and
# sees the engines of root's cache.
# usage: users.sh COMMAND…     and within: sh as.sh student COMMAND…
set -eu
if [ -z "${VETHLAB_USERS-}" ]; then
  VETHLAB_USERS=1 exec unshare --mount --propagation slave sh "$0" "$@"
fi
checkout=$(cd "$(dirname "$0")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vethlab
files='passwd group subuid subgid'

mkdir -p "$checkout/node_modules/.cache"
mount -n -t tmpfs -o mode=755 tmpfs /home
for file in $files; do
  cp "/etc/$file" "/home/.$file"
done
uid=61000
for user in student other; do
  uid=$((uid + 1))
  home=/home/$user
  echo "$user:x:$uid:$uid::$home:/bin/sh" >>/home/.passwd
  echo "$user:x:$uid:" >>/home/.group
  echo "$user:$((uid * 65536)):65536" | tee -a /home/.subuid >>/home/.subgid
  mkdir -p $home/.cache/vethlab $home/vethlab $home/tmp
  tar -C "$checkout" --exclude=./.git --exclude=./node_modules --exclude='./test/.*' -cf - . | tar -C $home/vethlab -xf -
  chown -R $uid:$uid $home
  # The modules are root's, for reading; what is made of them is the user's own.
  mkdir $home/vethlab/node_modules
  mount -n -o bind "$checkout/node_modules" $home/vethlab/node_modules
  mount -n -o remount,bind,ro $home/vethlab/node_modules
  mount -n -t tmpfs -o uid=$uid,gid=$uid,mode=700 tmpfs $home/vethlab/node_modules/.cache
  chmod 700 $home
  for part in engine engines compose image.tar image.recipe; do
    [ -e "$cache/$part" ] || continue
    if [ -d "$cache/$part" ]; then mkdir $home/.cache/vethlab/$part; else : >$home/.cache/vethlab/$part; fi
    mount -n -o bind "$cache/$part" $home/.cache/vethlab/$part
    mount -n -o remount,bind,ro $home/.cache/vethlab/$part
  done
done
for file in $files; do mount -n -o bind "/home/.$file" "/etc/$file"; done

# Open to all, as udev makes it where it runs.
if [ -e /dev/net/tun ]; then
  mknod -m 666 /home/.tun c 10 200
  mount -n -o bind /home/.tun /dev/net/tun
fi
exec "$@"
