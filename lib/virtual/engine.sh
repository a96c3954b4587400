#!/bin/sh
# Starts the Docker Engine of a virtual server, inside it.
# usage: engine.sh COMPOSE_PLUGIN DAEMON_JSON [rootless]
#   $files/storage, without root: a folder of the user's, for the engine's files where tmpfs cannot hold them
set -eu
files=/run/vethlab-server rootless=${3-}
[ -z "$1" ] || ln -sf "$1" $files/docker/cli-plugins/docker-compose

printf '%s\n' "$2" >$files/daemon.json
# With nftables an engine does not switch forwarding on itself, and makes no network where it is off.
case $2 in *'"firewall-backend":"nftables"'*)
  echo 1 >/proc/sys/net/ipv4/ip_forward
  for of in all default; do echo 1 2>/dev/null >/proc/sys/net/ipv6/conf/$of/forwarding || :; done
  ;;
esac

# Whether overlay can mark a folder as new where an older one was: in a user namespace it does so by extended
# attributes of the user, which tmpfs knows since Linux 6.6.
overlay_on() {
  mkdir -p "$1/lower/sub" "$1/upper" "$1/work" "$1/merged"
  mount -n -t overlay -o "userxattr,lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" overlay "$1/merged" 2>/dev/null || return 1
  code=0
  { rmdir "$1/merged/sub" && mkdir "$1/merged/sub"; } 2>/dev/null || code=1
  umount -n "$1/merged"
  return $code
}

# Without root the engine takes it that RootlessKit has started it, and asks it who forwards ports; from 28 on it does
# not start without an answer. Nobody forwards: the ports belong on the server, where they are.
rootless() {
  kit=$files/rootlesskit
  export XDG_RUNTIME_DIR=/run ROOTLESSKIT_STATE_DIR=$kit PATH="$PATH:$kit"
  [ ! -d $kit ] || return 0 # the engine is started again
  mkdir -p $kit/v1 $files/docker-data
  proxy=$(command -v docker-proxy) && ln -s "$proxy" $kit/rootlesskit-docker-proxy
  mkfifo $kit/answer
  echo '{ "apiVersion": "1.1.1", "version": "none", "networkDriver": { "driver": "none" } }' >$kit/v1/info
  while :; do
    rm -f $kit/api.sock
    # shellcheck disable=SC2094 # a pipe with a name: what httpd answers goes back to nc
    nc -lNU $kit/api.sock <$kit/answer | busybox httpd -i -h $kit >$kit/answer || sleep 1
  done </dev/null >/dev/null 2>&1 &
  tries=0
  until [ -S $kit/api.sock ] || [ $((tries += 1)) -gt 500 ]; do sleep 0.01; done

  overlay_on $files/try || mount -n -o bind $files/storage $files/docker-data
}
[ -z "$rootless" ] || rootless

# "container" in its environment: an engine inside a container loads no AppArmor profile into the machine's kernel
# (HostSupports in containerd's pkg/apparmor).
{
  [ -n "$rootless" ] || echo 0 >/sys/fs/cgroup/init/cgroup.procs
  code=0
  # What runc and containerd leave in /tmp when they are ended by force would stay on the machine.
  mkdir -p $files/tmp
  # In a session of its own: what ends the group of processes that built the lab leaves the engine of one that is up.
  TMPDIR=$files/tmp container=vethlab setsid dockerd ${rootless:+--rootless} --config-file $files/daemon.json || code=$?
  # Who waits for it reads it whole, or not yet.
  echo "$code" >$files/dockerd.exit.new && mv $files/dockerd.exit.new $files/dockerd.exit
} </dev/null >$files/dockerd.log 2>&1 &
