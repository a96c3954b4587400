/** A report without names and addresses: text. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redacted } from '../../lib/trial/redact.ts'

test('names and addresses go; what was alike stays alike, and what all use is kept', () => {
  const text =
    'web 172.30.10.1 on 172.30.10.0/24 fe:ed:00:00:00:01; web-1, db 192.168.5.9, 127.0.0.1, 0.0.0.0/0, 2001:db8::7'
  const out = redacted(text, ['web', 'web-1', 'db'])
  assert.doesNotMatch(out, /172\.30|192\.168|fe:ed|2001|web|db/)
  assert.match(out, /^(place\d) (10\.0\.1)\.1 on \2\.0\/24 /)
  assert.match(out, /127\.0\.0\.1, 0\.0\.0\.0\/0/)
})
