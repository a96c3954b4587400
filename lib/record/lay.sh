#!/bin/sh
# Runs a script on a virtual server. Recorded, its tools note what they are called with: a small program is laid over each,
# on a server that ends with the recording. What the engine calls itself is passed over.
# usage: lay.sh FOLDER IMAGE record|run SCRIPT [WORD…]
#   FOLDER  gets: log, in/ (what tools were given to read), before and after (settings of the network)
set -eu
R=$1 how=$3 script=$4
export IMAGE="$2"
shift 4
mkdir -p /run/netns "$R/real" "$R/in" "$R/bin"

# What a script leaves running goes on to write when nobody reads it any more.
mkfifo "$R/said"
{ cat 2>/dev/null || :; cat >/dev/null; } <"$R/said" &
exec >"$R/said" 2>&1
rm "$R/said"

cp "$(command -v busybox)" "$R/busybox"
chmod 755 "$R" "$R/busybox"
# sudo is not needed: the script is root of its server.
cat >"$R/bin/sudo" <<'SUDO'
#!/bin/sh
while :; do
  case ${1-} in
  -u | -g | -h | -p | -C) shift 2 ;;
  -*) shift ;;
  *=*) export "$1" && shift ;;
  *) break ;;
  esac
done
exec "$@"
SUDO
chmod 755 "$R/bin/sudo"

settings() { # of the server's network, and of its namespaces
  sysctl -a -r '^net\.(ipv4|ipv6|bridge)\.' 2>/dev/null | sed 's/^/server1 /'
  for at in /run/netns/*; do
    [ ! -e "$at" ] || nsenter --net="$at" sysctl -a -r '^net\.(ipv4|ipv6)\.' 2>/dev/null | sed "s/^/${at##*/} /"
  done
}

if [ "$how" = record ]; then
  : >"$R/log"
  readlink /proc/self/ns/net >"$R/net"
  settings >"$R/before"
  {
    printf '#!%s/busybox sh\nR=%s IMAGE=%s\n' "$R" "$R" "$IMAGE"
    cat "$(dirname "$0")/note.sh"
  } >"$R/note"
  chmod 755 "$R/note"
  over=
  for name in ip bridge tc nft iptables ip6tables iptables-save iptables-restore ip6tables-save ip6tables-restore \
    iptables-nft iptables-legacy ebtables arptables ipset sysctl docker docker-compose conntrack ethtool brctl ifconfig \
    route arp vconfig modprobe ping ping6 nc netcat ncat socat curl wget fping tcpdump dig nslookup host iperf3 \
    python3 dnsmasq; do
    at=$(command -v "$name") || continue
    at=$(readlink -f "$at") base=${at##*/}
    [ "$base" != busybox ] || continue
    [ -e "$R/real/$base" ] || {
      : >"$R/real/$base"
      mount -n --bind "$at" "$R/real/$base"
      over="$over $at"
    }
    [ -e "$R/real/$name" ] || ln -s "$base" "$R/real/$name"
  done
  for at in $over; do mount -n --bind "$R/note" "$at"; done
  # Which line of the script it is: bash runs this before each command.
  cat >"$R/lines" <<'LINES'
set -T
trap 'export VETHLAB_LINE=$LINENO; [ "${#FUNCNAME[@]}" -lt 2 ] || export VETHLAB_LINE=${BASH_LINENO[${#FUNCNAME[@]}-2]}' DEBUG
LINES
  export BASH_ENV="$R/lines"
fi
export PATH="$R/bin:$PATH"
code=0
case $(head -n 1 "$script") in
'#!'*python* | '#!'*perl*) "$script" "$@" || code=$? ;;
*) if command -v bash >/dev/null; then bash "$script" "$@" || code=$?; else sh "$script" "$@" || code=$?; fi ;;
esac
unset BASH_ENV
if [ "$how" = record ]; then
  for at in $over; do umount -n "$at" 2>/dev/null || :; done
  settings >"$R/after"
  # Which process is whose: a script names containers by the number of their first process.
  ids=$(docker ps -q 2>/dev/null) || ids=
  # shellcheck disable=SC2086 # words
  [ -z "$ids" ] || docker inspect -f '{{.Name}} {{.State.Pid}} {{.Id}}' $ids | while read -r name pid id; do
    echo "${name#/} $pid $id $(readlink "/proc/$pid/ns/net")"
  done >"$R/containers"
fi
exit "$code"
