# shellcheck shell=sh disable=SC2153,SC2154 # R and IMAGE are set by the lines that lay.sh writes before these
# What stands in the place of a tool while a script is recorded: it notes who was called, where, with which words, and
# hands on to the real one. It is laid over the tool itself, so that absolute paths, `env -i` and xargs meet it, too.
# The line before this one, and R=folder, IMAGE=image, are written by lay.sh.
name=${0##*/}
real=$R/real/$name
[ -e "$real" ] || { # a name of a tool that has many
  at=$("$R/busybox" readlink -f "$0")
  "$R/busybox" ln -sf "${at##*/}" "$real" 2>/dev/null || real=$R/real/${at##*/}
}
[ "${container-}" != vethlab ] || exec "$real" "$@"

read -r up _ </proc/uptime
id=$$-$up
net=$("$R/busybox" readlink /proc/self/ns/net)
note() { # one record in one write: what it is, whose, and the rest
  { printf '%s\037' "$@"; printf '\036'; } | "$R/busybox" dd bs=65536 iflag=fullblock of="$R/log" oflag=append conv=notrunc 2>/dev/null
}

input=
case "$name $*" in
*-restore* | *' -f -'* | *' -b -'* | *' -batch -'* | 'sysctl -p -'* | 'docker load' | 'docker import -'*)
  [ -t 0 ] || { input=$R/in/$id && "$R/busybox" cat >"$input"; }
  ;;
esac
note start "$id" "$net" "$PWD" "${VETHLAB_LINE-}" "${VETHLAB_IN-}" "${VETHLAB_FILES-}" "$input" "$name" "$@"

# What is removed has settings that nobody else tells any more.
case "$name $*" in ip\ *netns\ d*) for at in /run/netns/*; do
  case "$at $* " in *"/${at##*/} "*" ${at##*/} "* | *' -all '*)
    nsenter --net="$at" "$R/real/sysctl" -a -r '^net\.(ipv4|ipv6)\.' 2>/dev/null | "$R/busybox" sed "s/^/${at##*/} /" >>"$R/after"
    ;;
  esac
done ;; esac

# Nobody is there to end a ping by Ctrl-C.
case "$name $*" in
ping*' -'[A-Za-z]*[cw]* | ping*' -'[cw]*) ;;
ping*)
  echo "vethlab: $name $* would never end: it asks four times" >&2
  set -- -c 4 "$@"
  ;;
esac

# Those that go on for long are not waited for: who ends them by their pid means them.
case "$name $*" in
nc\ * | netcat\ * | ncat\ * | socat\ * | python3\ * | iperf3\ -s* | tcpdump\ * | *\ monitor* | dnsmasq\ *)
  [ -z "$input" ] || exec "$real" "$@" <"$input"
  exec "$real" "$@"
  ;;
modprobe\ *)
  note end "$id" 0
  echo "vethlab: modprobe ${1-} is passed over: a virtual server loads no modules" >&2
  exit 0
  ;;
docker\ *inspect\ *)
  # The number of a container's first process stands for the container, also when that is gone.
  said=$("$real" "$@") || { code=$? && note end "$id" "$code" && exit "$code"; }
  printf '%s\n' "$said"
  for container; do :; done
  case $said in '' | *[!0-9]*) ;; *) note pid "$said" "$container" ;; esac
  note end "$id" 0
  exit 0
  ;;
docker\ pull\ *)
  for image; do :; done
  "$real" image inspect "$image" >/dev/null 2>&1 || {
    "$real" tag "$IMAGE" "$image" && note image "$id" "$image"
    echo "vethlab: $image cannot be fetched here: $IMAGE stands for it" >&2
  }
  note end "$id" 0
  exit 0
  ;;
docker\ run\ * | docker\ create\ * | docker\ container\ run\ *)
  # An image that is not there is replaced by the lab's own, and it is run once more.
  said=$R/in/$id.err code=0
  "$real" "$@" 2>"$said" || code=$?
  image=$("$R/busybox" sed -n "s/^Unable to find image '\(.*\)' locally.*/\1/p" "$said")
  if [ "$code" != 0 ] && [ -n "$image" ] && "$real" tag "$IMAGE" "$image" 2>/dev/null; then
    note image "$id" "$image"
    echo "vethlab: $image cannot be fetched here: $IMAGE stands for it" >&2
    code=0
    "$real" "$@" || code=$?
  else
    "$R/busybox" cat "$said" >&2
  fi
  note end "$id" "$code"
  exit "$code"
  ;;
docker\ compose\ *up* | docker\ compose\ *create* | docker\ compose\ *run*)
  before=
  for word; do
    case $word in up | create | run) break ;; *) before="$before $word" ;; esac
  done
  # shellcheck disable=SC2086 # words
  for image in $("$real" $before config --images 2>/dev/null); do
    "$real" image inspect "$image" >/dev/null 2>&1 || {
      "$real" tag "$IMAGE" "$image" && note image "$id" "$image"
      echo "vethlab: $image cannot be fetched here: $IMAGE stands for it" >&2
    }
  done
  ;;
esac
code=0
if [ -n "$input" ]; then "$real" "$@" <"$input" || code=$?; else "$real" "$@" || code=$?; fi
note end "$id" "$code"
# Which namespace has which name is known as soon as there is one.
case "$name $*" in ip\ *netns\ a* | ip\ *netns\ s* | ip\ -all\ netns*) for at in /run/netns/*; do
  [ ! -e "$at" ] || note netns "$("$R/busybox" stat -L -c %i "$at")" "${at##*/}"
done ;; esac
exit "$code"
