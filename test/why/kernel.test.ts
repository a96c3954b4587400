/** The kernel's counters in its words: text. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countersOf, grown } from '../../lib/why/kernel.ts'

const snmp = (drops: number) => `Ip: Forwarding InAddrErrors
Ip: 1 0
TcpExt: SyncookiesSent IPReversePathFilter
TcpExt: 0 ${drops}
Ip6InNoRoutes                   	3
`

test('counters by their names', () => {
  const counters = countersOf(snmp(7))
  assert.equal(counters.get('TcpExt.IPReversePathFilter'), 7)
  assert.equal(counters.get('Ip.Forwarding'), 1)
  assert.equal(counters.get('Ip6InNoRoutes'), 3)
})

test('what grew, in the words of a drop', () => {
  assert.deepEqual(
    grown(snmp(7), snmp(8)).map(({ reason }) => reason),
    ['IP_RPFILTER'],
  )
  assert.deepEqual(grown(snmp(7), snmp(7)), [])
})
