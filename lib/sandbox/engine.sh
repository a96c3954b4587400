#!/bin/sh
# Starts the Docker Engine of a virtual server, inside it.
# usage: engine.sh [COMPOSE_PLUGIN]
set -eu
[ -z "${1-}" ] || ln -sf "$1" /run/vethlab/docker/cli-plugins/docker-compose
cat >/run/vethlab/daemon.json <<'JSON'
{ "data-root": "/run/vethlab/docker-data", "exec-root": "/run/docker" }
JSON
# "container" in its environment: an engine inside a container loads no AppArmor profile into the machine's kernel
# (HostSupports in containerd's pkg/apparmor).
{
  echo 0 >/sys/fs/cgroup/init/cgroup.procs
  code=0
  container=vethlab dockerd --config-file /run/vethlab/daemon.json || code=$?
  echo "$code" >/run/vethlab/dockerd.exit
} </dev/null >/run/vethlab/dockerd.log 2>&1 &
