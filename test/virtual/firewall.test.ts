/** FIREWALL=nftables: where an engine has no such backend it says so, before anything is made. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverPath } from '../../lib/server/path.ts'
import { chosenFirewall } from '../../lib/virtual/firewall.ts'
import { difference, snapshot, vethlab } from '../helpers/machine.ts'

const path = serverPath()

test('nothing asked: the engine chooses', () => assert.equal(chosenFirewall(path, {}), undefined))

test('a firewall that Docker has not is refused', () =>
  assert.throws(() => chosenFirewall(path, { FIREWALL: 'pf' }), /FIREWALL=pf: .*one of iptables, nftables/))

test('iptables is in every engine, whether it has an option for it or not', () =>
  assert.match(String(chosenFirewall(path, { FIREWALL: 'iptables' })), /^(iptables|undefined)$/))

test('an engine either takes nftables, or says that it has none; then nothing is made', async () => {
  const before = await snapshot()
  process.env.FIREWALL = 'nftables'
  try {
    const { code, stderr } = await vethlab('docker', ['test'])
    if (code === 2) assert.match(stderr, /this Docker Engine has no nftables backend[\s\S]*since 29/)
    else assert.equal(code, 0, stderr)
  } finally {
    delete process.env.FIREWALL
  }
  assert.deepEqual(await difference(before), [])
})
