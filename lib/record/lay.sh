#!/bin/sh
# Runs a script on a virtual server. Recorded, its tools note what they are called with: a small program is laid over each,
# on a server that ends with the recording. What the engine calls itself is passed over.
# usage: lay.sh FOLDER IMAGE record|run SCRIPT [WORD…]
#   FOLDER  gets: log, in/ (what tools were given to read), before and after (settings of the network), group (the process group of
#           the script), typed, took (from when to when, in seconds), ended
#   SCRIPT  empty: a shell that somebody types into
set -eu
R=$1 how=$3 script=$4
export IMAGE="$2"
shift 4
mkdir -p /run/netns "$R/real" "$R/in" "$R/bin"

# What a script leaves running goes on to write when nobody reads it any more.
if [ -n "$script" ]; then
  mkfifo "$R/said"
  { cat 2>/dev/null || :; cat >/dev/null; } <"$R/said" &
  exec >"$R/said" 2>&1
  rm "$R/said"
fi

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

# Only run, a script has the same stand-ins for what a virtual server has not: images, modules, somebody at the keys.
names='docker modprobe ping ping6'
if [ "$how" = record ]; then
  readlink /proc/self/ns/net >"$R/net"
  settings >"$R/before"
  : >"$R/after"
  names='ip bridge tc nft iptables ip6tables iptables-save iptables-restore ip6tables-save ip6tables-restore
    iptables-nft iptables-legacy ebtables arptables ipset sysctl docker docker-compose conntrack ethtool brctl ifconfig
    route arp vconfig modprobe ping ping6 nc netcat ncat socat curl wget fping tcpdump dig nslookup host iperf3
    python3 dnsmasq'
  export VETHLAB_NOTES="$R"
fi
: >"$R/log"
{
  printf '#!%s/busybox sh\nR=%s IMAGE=%s\n' "$R" "$R" "$IMAGE"
  cat "$(dirname "$0")/note.sh"
} >"$R/note"
chmod 755 "$R/note"
over=
for name in $names; do
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
cp "$(dirname "$0")/hooks.sh" "$R/hooks"
export BASH_ENV="$R/hooks" PATH="$R/bin:$PATH"

# In a process group of its own it can be ended from outside, and this one goes on.
# shellcheck disable=SC2016 # for that shell
grouped() { setsid --wait sh -c 'echo $$ >"$0/group"; exec "$@"' "$R" "$@"; }
code=0
read -r began _ </proc/uptime
if [ -z "$script" ]; then
  cp "$(dirname "$0")/typing.sh" "$R/typing"
  : >"$R/typed"
  if [ -t 0 ] && command -v script >/dev/null; then
    BASH_ENV='' script -q -e -c "exec bash --noprofile --rcfile $R/typing -i" /dev/null || code=$?
  else BASH_ENV='' bash --noprofile --rcfile "$R/typing" -i || code=$?; fi
else
  case $(head -n 1 "$script") in
  '#!'*python* | '#!'*perl*) grouped "$script" "$@" || code=$? ;;
  *) if command -v bash >/dev/null; then grouped bash "$script" "$@" || code=$?; else grouped sh "$script" "$@" || code=$?; fi ;;
  esac
fi
read -r until _ </proc/uptime
echo "$began $until" >"$R/took"
unset BASH_ENV
for at in $over; do umount -n "$at" 2>/dev/null || :; done
if [ "$how" = record ]; then
  settings >>"$R/after"
  # Which process is whose: a script names containers by the number of their first process.
  ids=$(docker ps -q 2>/dev/null) || ids=
  # shellcheck disable=SC2086 # words
  [ -z "$ids" ] || docker inspect -f '{{.Name}} {{.State.Pid}} {{.Id}}' $ids | while read -r name pid id; do
    echo "${name#/} $pid $id $(readlink "/proc/$pid/ns/net")"
  done >"$R/containers"
fi
: >"$R/ended"
exit "$code"
