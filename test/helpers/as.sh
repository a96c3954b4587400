#!/bin/sh
# Runs a command as an ordinary user, with the environment that `su -` gives, and temporary files that end with the
# user; within users.sh.
# usage: as.sh USER [NAME=VALUE…] COMMAND…
set -eu
user=$1
shift
cd "/home/$user/vethlab"
exec setpriv --reuid "$user" --regid "$user" --init-groups \
  env -i HOME="/home/$user" USER="$user" TMPDIR="/home/$user/tmp" PATH="$PATH" TERM="${TERM-dumb}" NO_COLOR=1 ENGINE="${ENGINE-}" "$@"
