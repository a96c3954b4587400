/** Labs of which the files tell nothing: found all the same, told with what to do, removed; and no other is concerned. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { server, withLab } from '../../lib/index.ts'
import { finished, sleep, until } from '../../lib/server/process.ts'
import { labFolder } from '../../lib/server/state.ts'
import { runningWorlds } from '../../lib/server/worlds.ts'
import { difference, snapshot, startScenario, vethlab, vethlabAll } from '../helpers/machine.ts'

const lost = `lost-${process.pid}`
const fine = `fine-${process.pid}`
const record = join(labFolder(lost), 'lab.json')
const up = async (name: string) => {
  const { code, stderr } = await vethlab('namespaces', ['up', '-q', '--name', name])
  assert.equal(code, 0, stderr)
}

let machine: Awaited<ReturnType<typeof snapshot>>
before(async () => {
  machine = await snapshot()
  await up(fine)
})
afterEach(async () => {
  if (runningWorlds().has(lost)) await vethlabAll(['down', lost])
  assert.ok(!runningWorlds().has(lost), 'it runs on')
})
after(async () => {
  await vethlabAll(['down', fine])
  await until(async () => (await difference(machine)).length === 0, 5000, 100)
  assert.deepEqual(await difference(machine), [])
})

/** What concerns other labs goes on, and tells of the lost one. */
async function othersGoOn(said: RegExp): Promise<void> {
  const status = await vethlabAll(['status', '--json'])
  assert.equal(status.code, 0, status.stderr)
  const names = (JSON.parse(status.stdout) as Array<{ name: string }>).map(({ name }) => name)
  assert.ok(names.includes(fine) && !names.includes(lost), `${names}`)
  assert.match(status.stderr, said)
  assert.match(status.stderr, new RegExp(`vethlab down ${lost}`))
  for (const words of [
    ['status', fine],
    ['exec', fine, 'server1', '--', 'true'],
    ['why', 'space1', 'space2', '--name', fine],
  ]) {
    const { code, stderr } = await vethlabAll(words)
    assert.equal(code, 0, `${words}: ${stderr}`)
  }
  const again = await vethlab('namespaces', ['up', '-q', '--name', fine])
  assert.equal(again.code, 0, again.stderr)
}

/** Every verb that is about it says what to do, and changes nothing. */
async function refused(said: RegExp): Promise<void> {
  for (const words of [
    ['exec', lost, 'server1', '--', 'true'],
    ['why', 'space1', 'space2', '--name', lost],
    ['status', lost],
  ]) {
    const { code, stderr } = await vethlabAll(words)
    assert.equal(code, 2, `${words}`)
    assert.match(stderr, said, `${words}`)
  }
  const { code, stderr } = await vethlab('namespaces', ['up', '-q', '--name', lost])
  assert.equal(code, 2)
  assert.match(stderr, said)
}

async function removable(): Promise<void> {
  const { code, stdout, stderr } = await vethlabAll(['down', lost])
  assert.equal(code, 0, stderr)
  assert.match(stdout, new RegExp(`^${lost} is removed`))
  assert.ok(!runningWorlds().has(lost))
  assert.ok(runningWorlds().has(fine))
}

const without = (field: string) => (text: string) =>
  JSON.stringify({ ...JSON.parse(text), [field]: undefined })
for (const [what, change, said] of [
  ['empty', () => '', /lab\.json: it is empty/],
  ['torn', (text: string) => text.slice(0, text.length / 2), /lab\.json: it is torn/],
  ['null', () => 'null', /lab\.json: it holds no record/],
  ['a list', () => '[]', /lab\.json: it lacks version/],
  ['{}', () => '{}', /lab\.json: it lacks version/],
  ['without its servers', without('servers'), /lab\.json: it lacks servers/],
  ['without a pid', without('pid'), /lab\.json: it lacks pid/],
  ['with a server that is none', (text: string) => text.replace('"engine"', '"motor"'), /it lacks servers/],
  ['of another lab', (text: string) => text.replaceAll(lost, fine), /it is that of another lab/],
] as const)
  test(`a lab.json that is ${what}`, async () => {
    await up(lost)
    writeFileSync(record, change(readFileSync(record, 'utf8')))
    if (what === 'empty') await refused(said)
    if (what === 'empty') await othersGoOn(said)
    const { code, stderr } = await vethlabAll(['status'])
    assert.equal(code, 0, stderr)
    assert.match(stderr, said)
    await removable()
  })

test('a lab whose folder was removed is seen, and can be removed', async () => {
  await up(lost)
  rmSync(labFolder(lost), { recursive: true })
  const said = new RegExp(`${lost} runs, and \\S+ does not tell of it`)
  await othersGoOn(said)
  const again = await vethlab('namespaces', ['up', '-q', '--name', lost])
  assert.equal(again.code, 2, 'up makes no second one')
  assert.match(again.stderr, said)
  await removable()
})

test('a torn lab.json of no lab at all is told, and removed', async () => {
  mkdirSync(labFolder(lost), { recursive: true, mode: 0o700 })
  writeFileSync(record, '{')
  assert.match((await vethlabAll(['status'])).stderr, /lab\.json: it is torn/)
  await removable()
  await up(lost)
})

test('down while up is going on: the lab is up, or gone; never is one up that nobody sees', async () => {
  for (let ms = 0; ms < 600; ms += 60) {
    const child = startScenario('namespaces', ['up', '-q', '--name', lost])
    const starting = finished(child)
    await sleep(ms)
    const down = await vethlabAll(['down', lost])
    const started = await starting
    const { stdout } = await vethlabAll(['status', '--json'])
    const seen = (JSON.parse(stdout) as Array<{ name: string }>).some(({ name }) => name === lost)
    const what = `${ms} ms: up ${started.code} ${started.stderr}, down ${down.code} ${down.stderr}`
    // One that is refused, as what came before it is still being removed, is told so.
    if (/is being started or removed by another process/.test(started.stderr)) continue
    assert.equal(runningWorlds().has(lost), seen, what)
    assert.equal(started.code, 0, what)
    assert.equal(seen, down.code === 2, what)
    assert.match(down.stdout + down.stderr, /is removed|is just being started|no lab and no scenario/, what)
    assert.equal((await vethlabAll(['down', lost])).code, seen ? 0 : 2)
  }
})

test('down of a lab that a program has just begun: told, and the lab goes on', async () => {
  const server1 = server('server1')
  const name = `${lost}-held`
  await withLab(
    async (lab) => {
      await lab.step('A server', server1.exec('true'))
      rmSync(join(labFolder(name), 'lab.json')) // as it is before the first server is there
      const { code, stderr } = await vethlabAll(['down', name])
      assert.equal(code, 2)
      assert.match(stderr, new RegExp(`${name} is just being started by process ${process.pid}\n.*kill`))
      assert.equal(await lab.run(server1.exec('echo', 'here')), 'here\n')
    },
    { name },
  )
  assert.ok(!runningWorlds().has(name))
})
