/**
 * A lab in which ten thousand things change, while one listens and another one sleeps: nothing lost, nothing hung.
 * Runs alone: it takes a machine to itself.
 */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { mostMemory } from '../helpers/cost.ts'
import { smallLab, vethlab } from '../helpers/machine.ts'
import { served } from '../helpers/ui.ts'

const lab = 'busy-test'
let page: Awaited<ReturnType<typeof served>>

before(async () => {
  await smallLab.up(lab)
  page = await served()
})
after(async () => {
  await page.end()
  await smallLab.down(lab)
})

/** A hundred changes in a tenth of a second, a hundred times; and one that stays. */
const many = `i=0; while [ $i -lt 100 ]; do
  j=0; while [ $j -lt 50 ]; do
    echo addr add 10.8.0.1/24 dev veth-s1; echo addr del 10.8.0.1/24 dev veth-s1; j=$((j + 1))
  done | ip -n space1 -batch - || exit 1
  i=$((i + 1)); sleep 0.05
done; ip -n space1 addr add 10.9.9.9/24 dev veth-s1`

/** A listener that never reads: a browser whose machine sleeps. */
function sleeper() {
  const { hostname, port, searchParams } = new URL(page.url)
  const socket = connect(Number(port), hostname).pause()
  socket.write(
    `GET /api/labs/${lab}/news HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${searchParams.get('token')}\r\n\r\n`,
  )
  return socket
}

test('10,000 changes: the server answers all the while, stays below 150 MB, and ends with the truth', async (t) => {
  const asleep = sleeper()
  const controller = new AbortController()
  const answer = await page.ask(`/api/labs/${lab}/news`, { signal: controller.signal })
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let bytes = 0
  const told = (async () => {
    for (let text = ''; !text.includes('10.9.9.9'); ) {
      const { value = '', done } = (await reader?.read()) ?? { done: true }
      assert.ok(!done, 'the news ended')
      bytes += value.length
      text = text.slice(-100) + value
    }
  })()
  const changing = vethlab('namespaces', ['exec', 'server1', '--name', lab, '--', 'sh', '-c', many])
  let ended = false
  void changing.finally(() => {
    ended = true
  })
  let slowest = 0
  while (!ended) {
    const start = performance.now()
    assert.equal((await page.ask('/api/labs')).status, 200)
    slowest = Math.max(slowest, performance.now() - start)
    await new Promise((done) => setTimeout(done, 100))
  }
  assert.equal((await changing).code, 0)
  await told
  controller.abort()
  asleep.destroy()
  const memory = mostMemory(page.pid)
  assert.ok(memory <= 150, `${memory} MB`)
  assert.ok(slowest < 5000, `an answer took ${slowest} ms`)
  t.diagnostic(`${Math.round(memory)} MB, slowest answer ${Math.round(slowest)} ms, ${bytes} bytes of news`)
})
