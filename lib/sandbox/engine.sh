#!/bin/sh
# Starts the Docker Engine of a virtual server, inside it.
# usage: engine.sh [COMPOSE_PLUGIN]
set -eu
[ -z "${1-}" ] || ln -sf "$1" /run/vethlab/docker/cli-plugins/docker-compose
# A virtual server has no name server. At docker0 nobody listens, so that a name fails at once, where Docker's own
# default, an address on the Internet, would be waited for.
cat >/run/vethlab/daemon.json <<'JSON'
{ "data-root": "/run/vethlab/docker-data", "exec-root": "/run/docker", "dns": ["172.17.0.1"] }
JSON
# "container" in its environment: an engine inside a container loads no AppArmor profile into the machine's kernel
# (HostSupports in containerd's pkg/apparmor).
{
  echo 0 >/sys/fs/cgroup/init/cgroup.procs
  code=0
  container=vethlab dockerd --config-file /run/vethlab/daemon.json || code=$?
  echo "$code" >/run/vethlab/dockerd.exit
} </dev/null >/run/vethlab/dockerd.log 2>&1 &
