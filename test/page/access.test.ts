/** Who may ask the page's server, and who may not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusal } from '../../lib/page/access.ts'

const right = { host: '127.0.0.1:4000', origin: 'http://127.0.0.1:4000', token: 'secret' }
const server = { port: 4000, token: 'secret' }

test('its own page, with the token', () => {
  assert.equal(refusal(right, server), undefined)
  assert.equal(refusal({ ...right, host: 'localhost:4000', origin: undefined }, server), undefined)
})

for (const [who, request] of [
  ['a second user of the machine, who has no token', { ...right, token: undefined }],
  ['one who guesses', { ...right, token: 'secreT' }],
  ['one who guesses another length', { ...right, token: 's' }],
  ['another site in the same browser', { ...right, origin: 'http://evil.example' }],
  ['another server of this machine', { ...right, origin: 'http://127.0.0.1:4001' }],
  ['a page without an origin', { ...right, origin: 'null' }],
  ['a name that was made to mean 127.0.0.1', { ...right, host: 'evil.example:4000', origin: undefined }],
  ['no host at all', { ...right, host: undefined }],
] as const)
  test(`refused: ${who}`, () => assert.ok(refusal(request, server)))

test('files that hold nothing of a lab need no token, but the right host', () => {
  assert.equal(refusal({ ...right, token: undefined }, { ...server, open: true }), undefined)
  assert.ok(refusal({ ...right, host: 'evil.example', token: undefined }, { ...server, open: true }))
})
