#!/bin/sh
# Gets what vethlab needs: tools by apt, and an engine, Compose and an image into the cache. Does nothing that is
# done already; installs no service; leaves the machine's network and firewall as they are.
# usage: setup.sh
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin
. scripts/fetch.sh

# --- tools: program=package -------------------------------------------------------------------------------------
tools='ip=iproute2 iptables=iptables nft=nftables busybox=busybox-static nc=netcat-openbsd ping=iputils-ping
tcpdump=tcpdump jq=jq newuidmap=uidmap shellcheck=shellcheck tini=tini sysctl=procps nsenter=util-linux setpriv=util-linux
conntrack=conntrack fping=fping'
missing=
for tool in $tools; do have "${tool%%=*}" || missing="$missing ${tool#*=}"; done
# busybox may be there in a build that needs libraries; in a container it must not.
have busybox && ldd "$(command -v busybox)" >/dev/null 2>&1 && missing="$missing busybox-static"
# Libraries of an unpacked engine.
for library in libdevmapper.so.1.02.1=libdevmapper1.02.1 libseccomp.so.2=libseccomp2 libsystemd.so.0=libsystemd0; do
  ldconfig -p 2>/dev/null | grep -q "${library%%=*}" || missing="$missing ${library#*=}"
done

root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
updated=
update() {
  [ -z "$updated" ] || return 0
  [ "$(id -u)" = 0 ] || have sudo || die "apt's lists of packages are missing" 'As root: apt-get update'
  root apt-get update -qq || die 'apt-get update failed' 'Look at its words above; is there a network?'
  updated=1
}

if [ -n "$missing" ]; then
  have apt-get || die "missing:$missing" 'This set-up knows apt only: install these packages with your own manager.'
  [ "$(id -u)" = 0 ] || have sudo || die "missing:$missing" "As root: apt install$missing"
  say "installing:$missing"
  update
  # shellcheck disable=SC2086 # a list of package names
  root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null ||
    die "apt could not install:$missing" 'Look at its words above.'
fi

known() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [0-9]'; }

# --- the engine: the one on the PATH, else the distribution's --------------------------------------------------
if ! have dockerd && [ -z "${VETHLAB_ENGINE-}" ] && [ ! -x "$cache/engine/usr/sbin/dockerd" ]; then
  say 'fetching Docker Engine into the cache'
  known docker.io || update
  packages='docker.io containerd runc'
  ! known docker-cli || packages="$packages docker-cli"
  # shellcheck disable=SC2086
  unpack "$cache/engine" $packages || die 'cannot fetch Docker Engine (docker.io, containerd, runc)' \
    'Install Docker Engine from docs.docker.com/engine/install, then try again.'
fi

# --- Compose 2 ------------------------------------------------------------------------------------------------
find_compose() {
  for folder in "$HOME/.docker" /usr/local/lib/docker /usr/local/libexec/docker /usr/lib/docker /usr/libexec/docker \
    "${VETHLAB_ENGINE:-/nowhere}/usr/libexec/docker" "$cache/compose/usr/libexec/docker" "$cache/compose/usr/lib/docker"; do
    [ ! -x "$folder/cli-plugins/docker-compose" ] || return 0
  done
  return 1
}

if ! find_compose; then
  say 'fetching Compose into the cache'
  for package in docker-compose-v2 docker-compose-plugin docker-compose; do
    case $(apt-cache policy "$package" 2>/dev/null | sed -n 's/ *Candidate: //p') in
    '' | '(none)' | 1.* | 0.*) ;;
    *) unpack "$cache/compose" "$package" && break ;;
    esac
  done
fi
for suite in trixie forky; do # the distribution has version 1 at most: take it from a newer Debian
  find_compose || unpack_from $suite "$cache/compose" docker-compose || :
done
forget_suites
find_compose || die 'cannot fetch Compose 2 or later' 'Install it from docs.docker.com/compose/install, then try again.'

# --- the image, built again when its recipe is another one ---------------------------------------------------------------
recipe=$(cksum <scripts/image.sh)
if [ ! -f "$cache/image.tar" ] || [ "$(cat "$cache/image.recipe" 2>/dev/null)" != "$recipe" ]; then
  say 'building the image'
  sh scripts/image.sh "$cache/image.tar" || die 'cannot build the image' 'Look at the words above.'
  echo "$recipe" >"$cache/image.recipe"
fi
