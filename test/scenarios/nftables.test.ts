/**
 * Scenarios on an engine whose firewall is nftables. It stands for Docker Engine 29 with FIREWALL=nftables, which Debian has
 * not: Engine 28.5 says of itself that its firewall is nftables, makes no rules, and the rules that 29 documents are
 * loaded by `nft -f` after each step. Containers, rules and packets are real; only who wrote the rules is not.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Lab, server, withLab } from '../../lib/index.ts'
import type { Scenario } from '../../lib/lab/lab.ts'
import { cacheRoot } from '../../lib/server/state.ts'
import { loadBridges, restartWithoutRules } from '../helpers/docker-bridges.ts'

const server1 = server('server1')
const there = existsSync(join(cacheRoot(), 'engines/28.5'))
const skip = there ? false : 'there is no engine 28.5: make engines'
const chosen = process.env.ENGINE
after(() => {
  if (chosen === undefined) delete process.env.ENGINE
  else process.env.ENGINE = chosen
})

// Those that have rules of their own, or tell what Docker's do; WHOLE=1 takes others, too.
const some = ['nat', 'net1', 'slides', 'gateway-modes', 'ufw', 'ipv6']
for (const name of process.env.WHOLE ? [...some, 'docker', 'bridge', 'compose'] : some)
  test(`${name} on an engine whose firewall is nftables`, { skip }, async () => {
    process.env.ENGINE = '28.5'
    const { default: scenario } = (await import(`../../scenarios/${name}.ts`)) as { default: Scenario }
    await withLab(async (lab) => {
      await restartWithoutRules(lab, server1)
      assert.equal(await lab.read(server1.docker.firewall.gatewayMode()), 'nat-unprotected')
      let checks = 0
      const asOn29: Lab = {
        ...lab,
        async step(title, ...commands) {
          await lab.step(title, ...commands)
          await loadBridges(lab, server1)
        },
        async check(asked, why) {
          checks++
          await lab.check(asked, why)
        },
      }
      await scenario.body(asOn29)
      assert.ok(checks > 1)
    })
  })
