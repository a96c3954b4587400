/** How the counters of a network namespace are read. */

/** Where all counters of a namespace are: /proc/net/snmp and its like have a line of names and one of numbers. */
export const counterFiles = '/proc/net/snmp /proc/net/netstat /proc/net/snmp6 /proc/net/xfrm_stat'

/** Prints them. */
export const countersScript = `cat ${counterFiles} 2>/dev/null`
