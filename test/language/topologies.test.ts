/** Topologies: their commands and addresses as text, what is refused, and that all their nodes reach each other. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { line, matrix, mesh, server, star, type Topology, tree, withLab } from '../../lib/index.ts'
import { toShell } from '../../lib/language/on-server.ts'

const server1 = server('server1')
const subnet = '192.0.2.0/29' // six addresses
const texts = ({ commands }: Topology): string[] => commands.map(toShell)

test('a star of two', () => {
  const node = (n: number) => [
    `ip netns add n${n}`,
    `ip link add name p${n} type veth peer name eth0 netns n${n}`,
    `ip link set dev p${n} master br0`,
    `ip link set dev p${n} up`,
    `ip -n n${n} addr add 192.0.2.${n}/29 dev eth0`,
    `ip -n n${n} link set dev eth0 up`,
    `ip -n n${n} link set dev lo up`,
  ]
  assert.deepEqual(texts(star(server1, 2, { subnet })), [
    'ip link add name br0 type bridge',
    'ip link set dev br0 up',
    ...node(1),
    ...node(2),
  ])
})

test('addresses run on over the octets', () => {
  assert.deepEqual(
    [1, 255, 256, 300].map((n) => star(server1, 300).nodes[n - 1]?.at),
    ['10.1.0.1', '10.1.0.255', '10.1.1.0', '10.1.1.44'],
  )
  assert.equal(star(server1, 2, { subnet: '255.255.255.248/29' }).nodes[1]?.at, '255.255.255.250')
})

test('how many nodes and cables each has', () => {
  const shape = (of: Topology) => [
    of.nodes.length,
    texts(of).filter((text) => / type veth /.test(text)).length,
  ]
  assert.deepEqual(shape(star(server1, 1023)), [1023, 1023])
  assert.deepEqual(shape(line(server1, 65)), [65, 64])
  assert.deepEqual(shape(mesh(server1, 10)), [10, 45])
  assert.deepEqual(shape(tree(server1, 3, 2)), [8, 14])
})

const refused: Array<[string, () => Topology, RegExp]> = [
  ['none', () => star(server1, 0), /^0 is not a number of nodes at one bridge: 1 to 1023/],
  ['less than none', () => star(server1, -1), /^-1 is not/],
  ['not a number', () => star(server1, Number('many')), /^NaN is not/],
  ['half a node', () => star(server1, 1.5), /^1\.5 is not/],
  ['more ports than a bridge has', () => star(server1, 1024), /^1024 is not .* 1 to 1023/],
  [
    'more than addresses',
    () => star(server1, 7, { subnet }),
    /^7 nodes need 7 addresses; 192\.0\.2\.0\/29 has 6/,
  ],
  ['a subnet without any', () => star(server1, 1, { subnet: '10.0.0.0/31' }), /has 0/],
  ['no subnet', () => star(server1, 1, { subnet: '10.0.0.1/24' }), /has bits set behind its prefix/],
  ['a line without a cable', () => line(server1, 1), /^1 is not a number of nodes in a line: 2 to 65/],
  ['a line that no packet survives', () => line(server1, 66), /^66 is not/],
  ['a mesh of one', () => mesh(server1, 1), /^1 is not/],
  ['a tree without depth', () => tree(server1, 0, 2), /^0 is not a depth/],
  ['a tree without branches', () => tree(server1, 2, 0), /^0 is not a number of branches/],
  ['a tree with a root that is full', () => tree(server1, 1, 1024), /^1024 is not/],
  ['a tree that is too large', () => tree(server1, 10, 10), /^10000000000 nodes need/],
]
for (const [what, build, said] of refused)
  test(`refused: ${what}`, () => assert.throws(build, ({ message }) => said.test(message)))

for (const [name, topology] of [
  ['star', star(server1, 5)],
  ['line', line(server1, 5)],
  ['mesh', mesh(server1, 5)],
  ['tree', tree(server1, 2, 3)],
] as const)
  test(`${name}: every node reaches every other one`, () =>
    withLab(async (lab) => {
      await lab.step(name, topology.commands)
      await lab.check(
        matrix(topology.nodes, () => true),
        'all pairs',
      )
      const [first, last] = [topology.nodes[0], topology.nodes.at(-1)]
      const routers = name === 'line' ? 3 : 0
      if (first && last) await lab.check(first.place.ping(last.at).replies.ttl(64 - routers), 'end to end')
    }))
