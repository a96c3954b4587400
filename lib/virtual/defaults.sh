#!/bin/sh
# Gives a new network namespace the kernel's own defaults: Linux copies those of IPv4, and on request those of IPv6,
# from the machine, whose forwarding is on wherever Docker runs. Source: net/ipv4/devinet.c, net/ipv6/addrconf.c.

# Forwarding first: to change it changes others.
kernel_defaults() {
  set_all 4 forwarding=0 accept_redirects=1 secure_redirects=1 send_redirects=1 shared_media=1 \
    rp_filter=0 src_valid_mark=0 accept_local=0 route_localnet=0 log_martians=0 proxy_arp=0 proxy_arp_pvlan=0 \
    arp_ignore=0 arp_announce=0 arp_filter=0 arp_accept=0 arp_notify=0 arp_evict_nocarrier=1 bootp_relay=0 bc_forwarding=0 \
    ignore_routes_with_linkdown=0 drop_gratuitous_arp=0 drop_unicast_in_l2_multicast=0 promote_secondaries=0 \
    force_igmp_version=0 igmpv2_unsolicited_report_interval=10000 igmpv3_unsolicited_report_interval=1000 \
    accept_source_route=1
  echo 0 2>/dev/null >/proc/sys/net/ipv4/conf/all/accept_source_route || : # both must say yes
  set_all 6 forwarding=0 disable_ipv6=0 accept_ra=1 accept_redirects=1 accept_source_route=0 autoconf=1 proxy_ndp=0 \
    ignore_routes_with_linkdown=0 keep_addr_on_down=0 addr_gen_mode=0
}

# set_all 4|6 NAME=VALUE…: of all links, those that are there and those to come. Not every kernel knows every name.
set_all() {
  version=$1
  shift
  for setting; do
    for scope in all default lo; do
      file=/proc/sys/net/ipv$version/conf/$scope/${setting%%=*}
      [ ! -w "$file" ] || echo "${setting#*=}" >"$file" || :
    done
  done 2>/dev/null
}
