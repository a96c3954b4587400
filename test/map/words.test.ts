/** The map as data, text, Mermaid and SVG, from stacks as they are read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boxesOf } from '../../lib/map/boxes.ts'
import { folded } from '../../lib/map/fold.ts'
import { layout } from '../../lib/map/layout.ts'
import { mermaid } from '../../lib/map/mermaid.ts'
import { networkMap } from '../../lib/map/model.ts'
import { svg } from '../../lib/map/svg.ts'
import { mapText } from '../../lib/map/text.ts'
import type { Link, Stack } from '../../lib/why/stacks.ts'

const link = (name: string, index: number, kind: string, more: Partial<Link> = {}): Link => ({
  ...{ name, index, kind, mac: '', addresses: [], up: true, carrier: true },
  ...more,
})
const at = (address: string) => ({
  addresses: [{ local: address.replace(/\/.*/, ''), prefixlen: Number(address.replace(/.*\//, '')) }],
})
const stack = (
  kind: Stack['place']['kind'],
  name: string,
  links: Link[],
  more: Partial<Stack> = {},
): Stack => ({
  ...{
    place: { kind, name, server: 's' },
    aliases: [],
    path: `/${name}`,
    links,
    legacy: false,
    counters: '',
  },
  ...more,
})
const lab = { name: 'a<b', title: 'A & B' }

/** A bridge with `count` namespaces behind it; the last cable is down, where it is said so. */
const star = (count: number, lastUp = true): Stack[] => {
  const numbers = Array.from({ length: count }, (_, i) => i + 1)
  const cable = (n: number) => ({ carrier: lastUp || n < count, netnsid: n })
  return [
    stack('server', 's', [
      link('lo', 1, '', at('127.0.0.1/8')),
      link('br0', 2, 'bridge', at('10.0.0.254/24')),
      ...numbers.map((n) =>
        link(`p${n}`, 2 + n, 'veth', { master: 'br0', other: 2, ...cable(n), otherPath: `/n${n}` }),
      ),
    ]),
    ...numbers.map((n) =>
      stack('netns', `n${n}`, [
        link('eth0', 2, 'veth', { ...at(`10.0.0.${n}/24`), other: 2 + n, ...cable(n), otherPath: '/s' }),
      ]),
    ),
  ]
}

test('what is not drawn is where that is which stands for it', () => {
  const { standIns, places } = folded(networkMap(lab, star(12)))
  assert.equal(standIns.get('s/n7'), 's/n1')
  assert.equal(standIns.get('s/n7/eth0'), 's/n1/eth0')
  assert.equal(standIns.get('s/p7'), 's/p1')
  const drawn = new Set(places.flatMap(({ id, interfaces }) => [id, ...interfaces.map((one) => one.id)]))
  for (const [from, to] of standIns) assert.ok(!drawn.has(from) && drawn.has(to), `${from} ${to}`)
  assert.equal(folded(networkMap(lab, star(2))).standIns.size, 0)
})

test('a cable is known by both ends', () => {
  const map = networkMap(lab, star(2))
  assert.deepEqual(
    map.cables.map(({ from, to, up }) => [from, to, up]),
    [
      ['s/p1', 's/n1/eth0', true],
      ['s/p2', 's/n2/eth0', true],
    ],
  )
  assert.match(
    mapText(map),
    /^s\n {2}bridge br0 {2}10\.0\.0\.254\/24\n {4}p1 {2}══ eth0 of n1 {2}10\.0\.0\.1\/24\n/,
  )
})

test('what is down is said in words, in red and by another line', async () => {
  const map = networkMap(lab, star(2, false))
  assert.match(mapText(map), /p2 {2}DOWN {2}╳ eth0 of n2 {2}10\.0\.0\.2\/24 {2}DOWN/)
  assert.match(mermaid(boxesOf(map)), /-\. down \.-/)
  const picture = svg(await layout(boxesOf(map)))
  assert.equal(picture.match(/class="line down"/g)?.length, 1)
  assert.equal(picture.match(/class="cut"/g)?.length, 1) // a sign that is no colour
})

test('300 like places are one box; one whose cable is cut stands alone', async () => {
  const map = folded(networkMap(lab, star(300, false)))
  assert.deepEqual(
    map.places.map(({ name }) => name),
    ['s', 'n1 … n299  (299)', 'n300'],
  )
  assert.deepEqual(map.places[1]?.interfaces[0]?.addresses, ['10.0.0.1/24 … 10.0.0.299/24'])
  assert.equal(svg(await layout(boxesOf(map))).match(/<circle /g)?.length, 4)
})

test('a name that looks like a tag stays text', async () => {
  const evil = '<img onerror=x>'
  const map = networkMap(lab, [stack('server', 's', [link('lo', 1, '')]), stack('netns', evil, [])])
  const picture = svg(await layout(boxesOf(map)))
  assert.ok(!picture.includes(evil))
  assert.match(picture, /&lt;img onerror=x&gt;/)
  assert.ok(!mermaid(boxesOf(map)).includes('<img'))
})

test('the same lab is drawn the same', async () => {
  const draw = async () => svg(await layout(boxesOf(networkMap(lab, star(4)))))
  assert.equal(await draw(), await draw())
})

test('a macvlan hangs on its parent, of its own server only', () => {
  const parent = link('eth0', 2, 'veth')
  const child = link('eth0', 5, 'macvlan', { other: 2, netnsid: 0, otherPath: '/s' })
  const map = networkMap(lab, [
    stack('server', 's', [parent]),
    stack('server', 't', [parent], { path: '/t', place: { kind: 'server', name: 't', server: 't' } }),
    stack('container', 'c', [child]),
  ])
  assert.deepEqual(
    map.cables.map(({ from, to, kind }) => [from, to, kind]),
    [['s/eth0', 's/c/eth0', 'child']],
  )
})
