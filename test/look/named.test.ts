/** Which place is meant by a name: the same one for shell, exec and why. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Names, placeNamed } from '../../lib/look/named.ts'

const container = (project: string, service: string, number = 1): Names => ({
  names: [`${project}-${service}-${number}`, `${service}-${number}`],
  container: true,
  project,
  service,
})
const server: Names = { names: ['server1'], container: false }
const netns: Names = { names: ['web'], container: false }
const plain: Names = { names: ['lab-db'], container: true }
const behind: Names = { names: ['proxy'], container: true, aliases: ['shop-sidecar'] }
const [shopWeb, shopWeb2, blogWeb] = [
  container('shop', 'web'),
  container('shop', 'web', 2),
  container('blog', 'web'),
]
const all = [server, plain, behind, shopWeb, shopWeb2, blogWeb]

const meant: Array<[string, Names | undefined, Names?]> = [
  ['server1', server],
  ['shop-web-2', shopWeb2],
  ['web-2', shopWeb2],
  ['web-1', shopWeb],
  ['web-1', blogWeb, blogWeb],
  ['web', shopWeb],
  ['web', blogWeb, blogWeb],
  ['db', plain],
  ['sidecar', behind],
  ['nobody', undefined],
  ['', undefined],
]
for (const [name, place, near] of meant)
  test(`${JSON.stringify(name)}${near ? ` asked from ${near.names[0]}` : ''}: ${place?.names[0] ?? 'nobody'}`, () =>
    assert.equal(
      placeNamed(all, name, (one) => one, near),
      place,
    ))

test('its own name comes before the service of another', () => {
  assert.equal(
    placeNamed([...all, netns], 'web', (one) => one),
    netns,
  )
})
