/** What commands print: much, binary, in one line, in parts, or beside them in the background. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type OpenLab, server } from '../../lib/index.ts'
import { collected, untilMark } from '../../lib/server/output.ts'
import { standing } from '../helpers/standing.ts'

const mark = '0123456789abcdef'

test('a mark is found however it is cut into parts, and what stands before it is kept whole', () => {
  const all = Buffer.from(`é first\n0123${mark.slice(0, 9)}\n\xff last${mark} 17\nof the background`, 'utf8')
  for (let size = 1; size <= all.length; size++) {
    const { take, found } = untilMark(mark)
    for (let at = 0; at < all.length; at += size) take(all.subarray(at, at + size))
    assert.deepEqual(
      found(),
      { output: `é first\n0123${mark.slice(0, 9)}\n\xff last`, word: '17' },
      `${size}`,
    )
  }
})

test('more than is kept is told, and the end is found all the same', () => {
  const { take, found, reset } = untilMark(mark, 10)
  take(Buffer.from('12345678901234567890'))
  take(Buffer.from(`123${mark} 0\n`))
  assert.deepEqual(found(), { output: undefined, word: '0' })
  reset()
  take(Buffer.from(`123${mark} 1\n`))
  assert.deepEqual(found(), { output: '123', word: '1' })
  const { add, full } = collected(3)
  for (const part of ['ab', 'c', 'd']) add(Buffer.from(part))
  assert.ok(full())
})

const server1 = server('server1')
const sh = (line: string) => server1.exec('sh', '-c', line)
let stand: { lab: OpenLab; close(): Promise<void> }
before(async () => {
  stand = await standing((lab) => lab.step('A server', server1.exec('true')))
})
after(() => stand?.close())

/** The time that a command takes, in milliseconds, and its output. */
async function timed(line: string): Promise<[ms: number, stdout: string]> {
  const began = performance.now()
  const stdout = await stand.lab.run(sh(line))
  return [performance.now() - began, stdout]
}

test('the time of an output grows as the output does', async () => {
  const megabytes = async (count: number): Promise<number> => {
    const [ms, stdout] = await timed(`head -c ${count * 1_000_000} /dev/zero | tr '\\0' x | fold -w 79`)
    assert.equal(stdout.replaceAll('\n', '').length, count * 1_000_000)
    return ms
  }
  await megabytes(1)
  const [few, many] = [await megabytes(5), await megabytes(50)]
  assert.ok(many < 20 * few + 2000, `5 MB in ${few} ms, 50 MB in ${many} ms`)
})

test('one line of 20 MB, with no end', async () => {
  const [, stdout] = await timed("head -c 20000000 /dev/zero | tr '\\0' x")
  assert.equal(stdout, 'x'.repeat(20_000_000))
})

test('bytes that are no text do not end a command early, nor hide its end', async () => {
  for (const line of [
    'head -c 3000000 /dev/urandom',
    "printf 'a\\000b\\377\\303'",
    "printf '\\303' >&2; printf '\\303'",
  ]) {
    const [, stdout] = await timed(line)
    assert.ok(stdout.length > 0, line)
    assert.equal((await stand.lab.run(sh('echo next'))).trim(), 'next', line)
  }
})

test('what looks like the end of a command is not it', async () => {
  const [, stdout] = await timed(`echo ${'0'.repeat(24)} 0; echo ${'a'.repeat(24)} >&2; echo last`)
  assert.equal(stdout, `${'0'.repeat(24)} 0\nlast\n`)
})

test('a program left in the background that goes on printing is in nobody’s way', async () => {
  const { lab } = stand
  await lab.run(sh('(while :; do echo noise; echo noise >&2; done) & echo $! >/run/noise'))
  try {
    for (let i = 0; i < 20; i++) assert.match(await lab.run(sh('echo done')), /done\n/)
  } finally {
    await lab.run(sh('kill "$(cat /run/noise)"'))
  }
  assert.equal((await lab.run(sh('sleep 0.1; echo clean; exit 0'))).split('\n').at(-2), 'clean')
})
