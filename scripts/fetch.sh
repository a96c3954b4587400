# shellcheck shell=sh
# Packages of Debian, unpacked into folders of the cache: nothing is installed. Sourced by setup.sh and engines.sh.
say() { printf '%s\n' "$@" >&2; } # a line for each
die() {                           # what is wrong, what to do
  say "set-up: $1" "$2"
  exit 2
}
have() { command -v "$1" >/dev/null 2>&1; }

if [ -z "${XDG_CACHE_HOME:-${HOME-}}" ]; then
  HOME=$(getent passwd "$(id -u)" | cut -d : -f 6)
  [ -n "$HOME" ] || die 'HOME is not set, and /etc/passwd names no home of this user' \
    'Set XDG_CACHE_HOME to a folder of yours: what is fetched goes there.'
  export HOME
fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vethlab
keys=/usr/share/keyrings/debian-archive-keyring.gpg

# claim_cache: the cache is there, can be written, and is this set-up's alone until it ends
claim_cache() {
  (mkdir -p "$cache" && : >"$cache/lock") 2>/dev/null || die "cannot write the cache, $cache" \
    'Make it writable for you, or set XDG_CACHE_HOME to a folder of yours.'
  have flock || return 0
  exec 9>"$cache/lock"
  flock --nonblock 9 2>/dev/null || {
    say 'another set-up of yours is at work: waiting for it'
    flock 9
  }
}

# as_root COMMAND…
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
    return
  fi
  have sudo || die 'this takes root, and there is no sudo' "As root: $*"
  sudo -n true 2>/dev/null || [ -t 0 ] ||
    die 'sudo wants a password, and there is no terminal to type it at' "Type it yourself: sudo $*"
  sudo "$@"
}

# unpack FOLDER PACKAGE…   downloads packages, with $apt_options, and unpacks them into a folder, all or none
apt_options=
unpack() {
  folder=$1
  shift
  if ! have apt-get || ! have dpkg; then
    die "cannot fetch $*" 'Install Docker Engine and Compose 2, then try again.'
  fi
  rm -rf "$folder.new"
  if unpack_into "$folder.new" "$@"; then
    rm -rf "$folder"
    mv "$folder.new" "$folder"
  else
    cat "$folder.new/words" >&2
    rm -rf "$folder.new"
    return 1
  fi
}

# Each step says whether it failed: in a condition the shell does not stop by itself.
unpack_into() {
  into=$1
  shift
  mkdir -p "$into/deb" || return
  for package; do
    # shellcheck disable=SC2086 # a list of options
    (cd "$into/deb" && apt-get $apt_options download "$package" >/dev/null 2>"$into/words") || return
  done
  for deb in "$into"/deb/*.deb; do
    dpkg -x "$deb" "$into" 2>"$into/words" || return
  done
  rm -rf "$into/deb" "$into/words"
}

# The mirror of Debian that apt takes packages from; nothing where there is none.
debian_mirror() {
  # shellcheck disable=SC2016 # a name for apt to fill in
  apt-get indextargets --format '$(SITE)' 2>/dev/null | grep '/debian/*$' | head -n 1
}

# unpack_from SUITE FOLDER PACKAGE…   the same from another suite of Debian, without touching the system's own lists
unpack_from() {
  suite=$1
  shift
  lists=$cache/apt-$suite
  mirror=$(debian_mirror)
  if [ -z "$mirror" ] || [ ! -f "$keys" ]; then return 1; fi
  mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
  echo "deb [signed-by=$keys] $mirror $suite main" >"$lists/sources.list"
  apt_options="-o Dir::Etc::sourcelist=$lists/sources.list -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::Lists=$lists/lists -o Dir::Cache=$lists/cache -o Acquire::Languages=none"
  result=0
  # shellcheck disable=SC2086
  if [ ! -f "$lists/known" ]; then apt-get $apt_options update -qq >/dev/null 2>&1 && : >"$lists/known"; fi
  unpack "$@" || result=1
  apt_options=
  return $result
}

# Forgets the lists of other suites.
forget_suites() { rm -rf "$cache"/apt-*; }
