/** The pilot of the grammar: `ip rule`, its words, its undo, and what it refuses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadInput } from '../../../lib/errors.ts'
import { server } from '../../../lib/index.ts'
import type { Command } from '../../../lib/language/command.ts'
import { judge } from '../../../lib/language/grammar/form.ts'
import { toShell } from '../../../lib/language/on-server.ts'
import { undoOf } from '../../../lib/language/undo.ts'

const host = server('server1')
const net1 = host.netns('net1')
const { rule } = host.ip

const lines: Array<[Command, string, string | undefined]> = [
  [
    net1.ip.rule.add().from('10.1.0.0/24').table(100),
    'ip -n net1 rule add from 10.1.0.0/24 table 100',
    'ip -n net1 rule del from 10.1.0.0/24 table 100',
  ],
  [
    rule.add().from('fd00:1::/64').table('isp2').pref(100),
    'ip rule add from fd00:1::/64 table isp2 pref 100',
    'ip rule del from fd00:1::/64 table isp2 pref 100',
  ],
  [
    rule.add().family(6).not().fwmark('0xca6c').table(51820),
    'ip -6 rule add not fwmark 0xca6c table 51820',
    'ip -6 rule del not fwmark 0xca6c table 51820',
  ],
  [
    rule.add().table('main').suppressPrefixlength(0),
    'ip rule add table main suppress_prefixlength 0',
    'ip rule del table main suppress_prefixlength 0',
  ],
  [
    rule.add().to('10.2.0.0/16').iif('eth0').ipproto('tcp').dport('8000-8010').prohibit(),
    'ip rule add to 10.2.0.0/16 iif eth0 ipproto tcp dport 8000-8010 prohibit',
    'ip rule del to 10.2.0.0/16 iif eth0 ipproto tcp dport 8000-8010 prohibit',
  ],
  [rule.del().pref(100), 'ip rule del pref 100', undefined],
  [rule.show(), 'ip rule show', undefined],
  [rule.show({ family: 6, details: true }), 'ip -d -6 rule show', undefined],
  [rule.flush({ family: 6 }), 'ip -6 rule flush', undefined],
]
for (const [command, line, undo] of lines)
  test(line, () => {
    assert.equal(toShell(command), line)
    assert.equal(undoOf(command), undo)
  })

// biome-ignore lint/suspicious/noExplicitAny: as from JavaScript, where nobody has run tsc
const loose = rule as any
const refused: Array<[string, () => unknown, RegExp]> = [
  [
    'a clause that is not there',
    () => loose.add().form('10.0.0.0/8'),
    /has no form\(\): did you mean from\?/,
  ],
  ['a clause said twice', () => loose.add().table(1).table(2), /takes table\(\) once/],
  [
    'two that exclude each other',
    () => rule.add().table(1).blackhole(),
    /table\(\) or blackhole\(\), not both/,
  ],
  ['a subnet with host bits', () => rule.add().from('10.0.0.1/24'), /the subnet is 10\.0\.0\.0\/24/],
  ['an IPv6 subnet with host bits', () => rule.add().from('fd00::1/64'), /the subnet is fd00::\/64/],
  ['a value too many', () => loose.add().table(1, 2), /one value/],
  ['a value that is missing', () => loose.add().from(), /undefined/],
  ['a misspelt option', () => loose.show({ familly: 6 }), /has no option "familly": did you mean family/],
  ['a family that there is not', () => loose.show({ family: 5 }), /5 is not/],
  ['a mark that is none', () => rule.add().fwmark('0xzz'), /0xzz/],
]
for (const [what, build, message] of refused)
  test(`refuses ${what}`, () =>
    assert.throws(build, (error) => error instanceof BadInput && message.test(error.message)))

test('a word that ip(8) has and vethlab lacks names the way out', () => {
  assert.throws(
    // biome-ignore lint/suspicious/noExplicitAny: as from JavaScript
    () => (host.ip as any).rul.add(),
    /vethlab has no `ip rul`: did you mean rule\? If not, say it as exec\('ip', 'rul', …\)/,
  )
  assert.throws(() => loose.sow(), /vethlab has no `ip rule sow`: did you mean show\?/)
})

test('a rule that says nothing is told once it is whole', () => {
  assert.throws(() => judge(rule.add()), /says nothing/)
  assert.doesNotThrow(() => judge(rule.add().table(5)))
})

test('a clause leaves the command that it grew from as it was', () => {
  const plain = rule.add().from('10.0.0.0/8')
  plain.table(7)
  assert.equal(toShell(plain), 'ip rule add from 10.0.0.0/8')
})
