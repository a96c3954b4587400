#!/bin/sh
# Gets what vethlab needs: tools by apt, and an engine, Compose and an image into the cache. Does nothing that is
# done already; installs no service; leaves the machine's network and firewall as they are.
# usage: setup.sh
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
. scripts/fetch.sh

# --- tools, and their packages for this machine's package manager -----------------------------------------------
manager=
for known in apt dnf pacman apk; do
  if [ -z "$manager" ] && have $known; then manager=$known; fi
done
case $manager in
apt) column=2 install='apt install' ;;
dnf) column=3 install='dnf install' ;;
pacman) column=4 install='pacman -S' ;;
apk) column=5 install='apk add' ;;
*) column=1 install= ;;
esac
# package PROGRAM
package() { awk -v program="$1" -v column="$column" '$1 == program { print $column }' lib/server/packages.txt; }

# An engine is whole with these; Debian has docker in a package of its own, which may be left out.
whole() { # FOLDER, or none for the PATH
  for program in dockerd docker containerd runc; do
    if [ $# = 0 ]; then have $program; else [ -x "$1/usr/sbin/$program" ] || [ -x "$1/usr/bin/$program" ]; fi || return
  done
}

lacking=
# What reads these scripts is for those who change them.
test=; [ ! -d test ] || test=shellcheck
for tool in $test ip iptables nft busybox nc ping tcpdump jq newuidmap tini sysctl nsenter setpriv conntrack fping; do
  have "$tool" || lacking="$lacking $tool"
done
# busybox may be there in a build that needs libraries; in a container it must not.
have busybox && ldd "$(command -v busybox)" >/dev/null 2>&1 && lacking="$lacking busybox"
if [ "$manager" != apt ] && ! whole; then lacking="$lacking dockerd docker containerd runc"; fi # nothing to unpack
missing=
for tool in $lacking; do
  name=$(package "$tool")
  case " $missing " in *" $name "*) ;; *) missing="$missing $name" ;; esac
done
if [ "$manager" = apt ]; then # libraries of an unpacked engine
  for library in libdevmapper.so.1.02.1=libdevmapper1.02.1 libseccomp.so.2=libseccomp2 libsystemd.so.0=libsystemd0; do
    ldconfig -p 2>/dev/null | grep -q "${library%%=*}" || missing="$missing ${library#*=}"
  done
fi

updated=
update() {
  [ -z "$updated" ] || return 0
  as_root apt-get update -qq || die 'apt-get update failed' 'Look at its words above; is there a network?'
  updated=1
}

if [ -n "$missing" ]; then
  [ -n "$manager" ] || die "missing:$missing" 'Install what has these programs with your own package manager.'
  if [ "$manager" != apt ] || { [ "$(id -u)" != 0 ] && ! have sudo; }; then
    die "missing:$lacking" "As root: $install$missing"
  fi
  say "installing:$missing"
  update
  # shellcheck disable=SC2086 # a list of package names
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null ||
    die "apt could not install:$missing" 'Look at its words above.'
fi

# --- what is there already ---------------------------------------------------------------------------------------
engine_there() { whole || [ -n "${VETHLAB_ENGINE-}" ] || whole "$cache/engine"; }

# works PLUGIN: it is there, runs here, and is of version 2 or later
works() {
  [ -x "$1" ] || return
  case $("$1" version --short 2>/dev/null) in
  [2-9].* | [1-9][0-9]*.* | v[2-9].*) ;;
  *) return 1 ;;
  esac
}
find_compose() {
  for folder in "$cache/compose/usr/libexec/docker" "$cache/compose/usr/lib/docker" \
    "${VETHLAB_ENGINE:-/nowhere}/usr/libexec/docker" "${HOME-}/.docker" /usr/local/lib/docker /usr/local/libexec/docker \
    /usr/lib/docker /usr/libexec/docker; do
    ! works "$folder/cli-plugins/docker-compose" || return 0
  done
  return 1
}

recipe=$(cksum <scripts/image.sh) # the image is built again when its recipe is another one
image_there() { [ -f "$cache/image.tar" ] && [ "$(cat "$cache/image.recipe" 2>/dev/null)" = "$recipe" ]; }

if engine_there && find_compose && image_there; then exit 0; fi
claim_cache
available() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [0-9]'; }

# --- the engine: the one on the PATH, else the distribution's --------------------------------------------------
if ! engine_there; then
  say 'fetching Docker Engine into the cache'
  available docker.io || update
  packages='docker.io containerd runc'
  ! available docker-cli || packages="$packages docker-cli"
  # shellcheck disable=SC2086
  unpack "$cache/engine" $packages || die 'cannot fetch Docker Engine (docker.io, containerd, runc)' \
    'Install Docker Engine from docs.docker.com/engine/install, then try again.'
fi

# --- Compose 2 ------------------------------------------------------------------------------------------------
if ! find_compose && have apt-get; then
  say 'fetching Compose into the cache'
  for package in docker-compose-v2 docker-compose-plugin docker-compose; do
    case $(apt-cache policy "$package" 2>/dev/null | sed -n 's/ *Candidate: //p') in
    '' | '(none)' | 1.* | 0.*) ;;
    *) unpack "$cache/compose" "$package" && break ;;
    esac
  done
  for suite in trixie forky; do # the distribution has version 1 at most: take it from a newer Debian
    find_compose || unpack_from $suite "$cache/compose" docker-compose || :
  done
  forget_suites
fi
find_compose || die 'cannot fetch Compose 2 or later' 'Install it from docs.docker.com/compose/install, then try again.'

# --- the image -----------------------------------------------------------------------------------------------------
if ! image_there; then
  say 'building the image'
  sh scripts/image.sh "$cache/image.tar" || die 'cannot build the image' 'Look at the words above.'
  echo "$recipe" >"$cache/image.recipe"
fi
