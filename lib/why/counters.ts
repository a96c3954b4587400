/** How the counters of a network namespace are read. */

/** Prints all counters of a namespace: /proc/net/snmp and its like have a line of names and one of numbers. */
export const countersScript =
  'cat /proc/net/snmp /proc/net/netstat /proc/net/snmp6 /proc/net/xfrm_stat 2>/dev/null'
