/** What another user of the machine plants for tsx does not run by any line that vethlab tells people to type. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { rootless } from '../../lib/server/enter.ts'
import { root } from '../helpers/machine.ts'
import { users } from '../helpers/users.ts'

/** Puts a line before all code of tsx's own cache files, and keeps their names: what a user who reads the checkout can do. */
const plant = `
for file in /home/student/own/tsx-61001/*; do
  node -e '
    const [from, to] = process.argv.slice(1), { readFileSync, writeFileSync } = require("fs")
    const kept = JSON.parse(readFileSync(from, "utf8"))
    kept.code = "process.stderr.write(\\"PLANTED\\\\n\\");" + kept.code
    writeFileSync(to, JSON.stringify(kept))
  ' "$file" "/home/shared/tsx-61001/\${file##*/}"
done
chown -R 61002 /home/shared/tsx-61001; chmod -R a+rwX /home/shared/tsx-61001`

const skip = rootless ? 'it takes two users' : false

test('code of another user in the cache of tsx: told where it would run, and run by no line of ours', {
  skip,
}, async () => {
  const two = await users()
  const env = { TMPDIR: '/home/shared' }
  try {
    await two.as(
      'root',
      'mkdir -m 1777 /home/shared; mkdir /home/shared/tsx-61001; mkdir -m 777 /home/student/own',
    )
    const start = 'node --import tsx/esm scenarios/namespaces.ts print'
    await two.as('student', start, { TMPDIR: '/home/student/own' })
    await two.as('root', plant)

    const met = await two.as('student', start, env)
    assert.match(met.stderr, /PLANTED/, 'what was planted is of the right name')
    assert.match(
      met.stderr,
      /warning: tsx takes compiled code from \/home\/shared\/tsx-61001, which belongs to another/,
    )
    const host = await two.as('student', 'node --import tsx/esm scenarios/namespaces.ts --on host --yes', env)
    assert.equal(host.code, 2)
    assert.match(host.stderr, /error: tsx takes compiled code from [\s\S]*Nothing was begun/)

    for (const line of [
      'node scripts/start.mjs scenarios/namespaces.ts print',
      'node scripts/start.mjs scripts/vethlab.ts print namespaces',
      'rm -rf node_modules/.cache/*; chmod a-w node_modules/.cache; node scripts/start.mjs scenarios/namespaces.ts print',
      'chmod u+w node_modules/.cache; FILES=test/language/shell.test.ts sh scripts/test.sh',
    ]) {
      const { code, stdout, stderr } = await two.as('student', line, env)
      assert.equal(code, 0, stdout + stderr)
      assert.doesNotMatch(stdout + stderr, /PLANTED/, line)
    }
    const doctor = await two.as('student', 'node scripts/start.mjs scripts/doctor.ts', env)
    assert.match(doctor.stdout, /tsx[\s\S]*belongs to another user/)
  } finally {
    await two.end()
  }
})

test('each line of ours that starts tsx leaves its cache alone', () => {
  const files = [
    'Makefile',
    'package.json',
    '.ci/run',
    'README.md',
    ...['scripts', 'test', 'lib'].flatMap(shellIn),
  ]
  const lines = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    if (/^export TSX_DISABLE_CACHE=1/m.test(text)) return []
    const starts = text.split('\n').filter((line) => /(--import|npx) tsx/.test(line))
    return starts.filter((line) => !/TSX_DISABLE_CACHE/.test(line)).map((line) => `${file}: ${line.trim()}`)
  })
  assert.deepEqual(
    // The first looks whose the folder is; the second tells that npx tsx takes code from there.
    lines.filter(
      (line) => !/^scripts\/test\.sh: exec|^README\.md: `npx tsx .* does the same, slower/.test(line),
    ),
    [],
  )
})

function shellIn(folder: string): string[] {
  const all = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return all.filter((file) => file.endsWith('.sh')).map((file) => join(folder, file))
}
