#!/bin/sh
# Runs a command as root on this machine with two ordinary users more, student and other, who exist for that command
# alone: their lines in /etc and their homes are mounts of its own. Each has a copy of this checkout in ~/vethlab, and
# sees the engines of root's cache.
# usage: users.sh COMMAND…, and within: setpriv $(as student) COMMAND…
set -eu
if [ -z "${VETHLAB_USERS-}" ]; then
  VETHLAB_USERS=1 exec unshare --mount --propagation slave sh "$0" "$@"
fi
checkout=$(cd "$(dirname "$0")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vethlab

mount -n -t tmpfs -o mode=755 tmpfs /home
for file in passwd group subuid subgid; do
  [ -e /etc/$file ] || touch /etc/$file
  cp /etc/$file /home/.$file
done
number=61000
for user in student other; do
  number=$((number + 1))
  home=/home/$user
  echo "$user:x:$number:$number::$home:/bin/sh" >>/home/.passwd
  echo "$user:x:$number:" >>/home/.group
  echo "$user:$((number * 65536)):65536" | tee -a /home/.subuid >>/home/.subgid
  mkdir -p $home/.cache/vethlab $home/vethlab
  (cd "$checkout" && tar --exclude=./.git --exclude=./node_modules/.cache -cf - .) | tar -xf - -C $home/vethlab
  chown -R $number:$number $home
  chmod 700 $home
  for part in engine engines compose image.tar; do
    [ -e "$cache/$part" ] || continue
    if [ -d "$cache/$part" ]; then mkdir $home/.cache/vethlab/$part; else touch $home/.cache/vethlab/$part; fi
    mount -n -o bind "$cache/$part" $home/.cache/vethlab/$part
    mount -n -o remount,bind,ro $home/.cache/vethlab/$part
  done
done
for file in passwd group subuid subgid; do mount -n -o bind /home/.$file /etc/$file; done
exec "$@"
