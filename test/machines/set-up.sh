#!/bin/sh
# Sets a machine up from nothing, in it: first as an ordinary user who may use sudo, then as root.
# usage: set-up.sh
set -eu
useradd --create-home --shell /bin/bash newcomer
# Debian's sudo wants a password, which nobody types here.
echo 'newcomer ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/newcomer
apt-get update -qq
for checkout in /home/newcomer/vethlab /srv/vethlab; do
  mkdir -p "$checkout"
  tar -C /vethlab --exclude=./.git --exclude=./node_modules --exclude='./test/.*' -cf - . | tar -C "$checkout" -xf -
done
mkdir -p /home/newcomer/tmp
chown -R newcomer:newcomer /home/newcomer
PATH=/usr/local/bin:/usr/bin:/bin sh /vethlab/test/helpers/as.sh newcomer \
  NODE_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS" make setup
cd /srv/vethlab
make setup
