/** The page's server on a lab that is up: what it tells, what it refuses, and that nothing is left. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { smallLab, vethlab } from '../helpers/machine.ts'
import { served } from '../helpers/ui.ts'

const lab = 'page-test'
let page: Awaited<ReturnType<typeof served>>

before(async () => {
  await smallLab.up(lab)
  page = await served()
})
after(async () => {
  await page.end()
  await smallLab.down(lab)
})

/** Reads the news until one fits. */
async function news(fits: (one: { kind: string; svg?: string }) => boolean, during: () => Promise<unknown>) {
  const controller = new AbortController()
  const answer = await page.ask(`/api/labs/${lab}/news`, { signal: controller.signal })
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  let begun = false
  for (;;) {
    const { value = '', done } = (await reader?.read()) ?? { done: true }
    assert.ok(!done, text)
    text += value
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    const all = parts.map((part) => JSON.parse(part.replace(/^data: /, '')) as { kind: string; svg?: string })
    if (all.some(fits)) break
    if (!begun) {
      begun = true
      void during()
    }
  }
  controller.abort()
}

const there = (...words: string[]) =>
  vethlab('namespaces', ['exec', 'server1', '--name', lab, '--', ...words])

test('the map, and a change of it that somebody types', async () => {
  await news(
    ({ kind, svg }) => kind === 'map' && /veth-s/.test(svg ?? ''),
    async () => {},
  )
  await news(
    ({ kind, svg }) => kind === 'map' && /10\.9\.9\.9/.test(svg ?? ''),
    () => there('ip', '-n', 'space1', 'addr', 'add', '10.9.9.9/24', 'dev', 'veth-s1'),
  )
  await news(
    ({ kind, svg }) => kind === 'map' && /later/.test(svg ?? ''),
    () => there('ip', 'netns', 'add', 'later'),
  )
})

test('a rule of the firewall is told, too', async () => {
  await news(
    ({ kind }) => kind === 'changed',
    () => there('iptables', '-A', 'INPUT', '-p', 'icmp', '-j', 'ACCEPT'),
  )
})

test('why, a place, a capture that can be taken away', async () => {
  const why = await page.ask(`/api/labs/${lab}/why`, {
    method: 'POST',
    body: JSON.stringify({ from: 'space1', to: 'space2' }),
  })
  const report = (await why.json()) as { verdict: { status: string }; ways: unknown[] }
  assert.equal(report.verdict.status, 'delivered')
  const place = (await (await page.ask(`/api/labs/${lab}/places/space1`)).json()) as Array<{
    title: string
    command: string
  }>
  assert.ok(place.some(({ title, command }) => title === 'Routes' && command === 'ip -n space1 route'))
  const begun = await page.ask(`/api/labs/${lab}/captures/space1/veth-s1`, { method: 'POST' })
  const { id } = (await begun.json()) as { id: string }
  const seen = async (): Promise<string[]> =>
    ((await (await page.ask(`/api/captures/${id}`)).json()) as { packets: string[] }).packets
  for (let tries = 0; tries < 50 && (await seen()).length === 0; tries++)
    await there('ip', 'netns', 'exec', 'space1', 'ping', '-c', '1', '-W', '1', '10.0.0.12')
  const { packets } = (await (await page.ask(`/api/captures/${id}`, { method: 'DELETE' })).json()) as {
    packets: string[]
  }
  assert.match(packets.join('\n'), /ICMP echo request/)
  const file = new Uint8Array(await (await page.ask(`/api/captures/${id}/capture.pcap`)).arrayBuffer())
  assert.deepEqual([...file.slice(0, 4)], [0xd4, 0xc3, 0xb2, 0xa1])
})

test('a terminal in a place', async () => {
  const address = `${page.origin.replace('http', 'ws')}/api/labs/${lab}/terminal/space1?token=${new URL(page.url).searchParams.get('token')}`
  const socket = new WebSocket(address, { origin: page.origin })
  let text = ''
  const prompt = new Promise<void>((done) => {
    socket.on('message', (data) => {
      text += String(data)
      if (text.includes('space1# ')) done()
    })
  })
  await new Promise((done, failed) => socket.once('open', done).once('error', failed))
  await prompt
  socket.send(JSON.stringify({ keys: 'ip -br addr; exit\n' }))
  await new Promise((done) => socket.once('close', done))
  assert.match(text, /10\.0\.0\.11/)
  for (const [origin, token] of [
    ['http://evil.example', new URL(page.url).searchParams.get('token')],
    [page.origin, 'wrong'],
  ] as const) {
    const refused = new WebSocket(address.replace(/token=.*/, `token=${token}`), { origin })
    const error = await new Promise<Error>((done) => refused.once('error', done))
    assert.match(error.message, /403/)
  }
})

test('the steps, and one of them taken back', async () => {
  type Step = { number: number; title: string; commands: Array<{ text: string }>; undo: string[] }
  const steps = (await (await page.ask(`/api/labs/${lab}/steps`)).json()) as Step[]
  assert.deepEqual(
    steps.map(({ number }) => number),
    steps.map((_, i) => i + 1),
  )
  const cable = steps.find(({ commands }) =>
    commands.some(({ text }) => /ip link add .*type veth/.test(text)),
  )
  assert.ok(cable && cable.title !== '' && cable.undo.length > 0, JSON.stringify(steps))
  const undo = () => page.ask(`/api/labs/${lab}/steps/${cable.number}/undo`, { method: 'POST' })
  type Told = Array<{ text: string; ok: boolean; said: string }>
  await news(
    ({ kind, svg }) => kind === 'map' && !/veth-s1/.test(svg ?? ''),
    async () => {
      const told = (await (await undo()).json()) as Told
      assert.deepEqual(
        told.map(({ text, ok }) => [text, ok]),
        cable.undo.map((text) => [text, true]),
      )
    },
  )
  const again = (await (await undo()).json()) as Told
  assert.ok(
    again.some(({ ok, said }) => !ok && said !== ''),
    JSON.stringify(again),
  )
})

test('no token, no answer; and what is wrong is said in words', async () => {
  for (const path of ['/', '/api/labs', `/api/labs/${lab}/news`, `/api/labs/${lab}/steps`])
    assert.equal((await fetch(page.origin + path)).status, 403, path)
  const gone = await page.ask('/api/labs/nosuch/matrix')
  assert.deepEqual([gone.status, await gone.json()], [500, { error: 'nosuch is not up' }])
  assert.equal((await page.ask('/assets/..%2f..%2f..%2fpackage.json')).status, 404)
})

test('Ctrl-C and kill -9 leave no process', async () => {
  const left = () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => /ip -o monitor|nft monitor|vethlab\.ts (ui|shell)/.test(line))
  const gone = async () => {
    for (let tries = 0; tries < 100 && left().length > 0; tries++)
      await new Promise((done) => setTimeout(done, 50))
    return left()
  }
  await page.end()
  assert.deepEqual(await gone(), [])
  page = await served()
  const controller = new AbortController()
  const answer = await page.ask(`/api/labs/${lab}/news`, { signal: controller.signal })
  await answer.body?.getReader().read()
  process.kill(page.pid, 'SIGKILL')
  controller.abort()
  assert.deepEqual(await gone(), [])
})
