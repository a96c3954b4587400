# shellcheck shell=sh
# Packages of Debian, unpacked into folders of the cache: nothing is installed. Sourced by setup.sh and engines.sh.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vethlab
keys=/usr/share/keyrings/debian-archive-keyring.gpg

say() { printf '%s\n' "$@" >&2; } # a line for each
die() { # what is wrong, what to do
  say "set-up: $1" "$2"
  exit 2
}
have() { command -v "$1" >/dev/null 2>&1; }

# unpack FOLDER PACKAGE…   downloads packages, with $apt_options, and unpacks them into a folder, all or none
apt_options=
unpack() {
  folder=$1
  shift
  if ! have apt-get || ! have dpkg; then
    die "cannot fetch $*" 'Install Docker Engine and Compose 2, then try again.'
  fi
  rm -rf "$folder.new"
  mkdir -p "$folder.new/deb"
  for package; do
    # shellcheck disable=SC2086 # a list of options
    (cd "$folder.new/deb" && apt-get $apt_options download "$package" >/dev/null 2>"$folder.new/words") || {
      cat "$folder.new/words" >&2
      rm -rf "$folder.new"
      return 1
    }
  done
  for deb in "$folder.new"/deb/*.deb; do dpkg -x "$deb" "$folder.new"; done
  rm -rf "$folder.new/deb" "$folder.new/words" "$folder"
  mv "$folder.new" "$folder"
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
