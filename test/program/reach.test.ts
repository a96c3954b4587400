/** The network of a lab from the test process, and the other way round: fetch, forward, expose. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { image, type OpenLab, openLab, server } from '../../lib/index.ts'

const server1 = server('server1')
const net1 = server1.netns('net1')
const net2 = server1.netns('net2')
const web = server1.container('web')
const node = process.execPath

/** A small server of HTTP: what it is asked for, it tells. */
const service = `require('node:http').createServer(async (request, response) => {
  const body = (await request.toArray()).join('')
  if (request.url === '/away') return response.writeHead(302, { location: 'http://10.9.0.2:8080/there' }).end()
  if (request.url === '/packed') return response.writeHead(200, { 'content-encoding': 'gzip' }).end(require('node:zlib').gzipSync('unpacked'))
  const { remoteAddress } = request.socket
  response.setHeader('x-answer', 'yes').end(JSON.stringify({ method: request.method, url: request.url, host: request.headers.host, remoteAddress, body }))
}).listen(8080, () => console.log('listening'))`

/** A server of the test process itself. */
const here = createServer((_, response) => response.end('from outside'))
const outside = async (): Promise<number> => {
  if (!here.listening) await new Promise<void>((done) => here.listen(0, '127.0.0.1', done))
  return (here.address() as AddressInfo).port
}

let lab: OpenLab
before(async () => {
  lab = await openLab()
  await lab.step(
    'two namespaces and a cable',
    net1.add(),
    net2.add(),
    server1.ip.link.add('veth1').type('veth', { peer: 'veth2' }),
    server1.ip.link.set('veth1').netns('net1'),
    server1.ip.link.set('veth2').netns('net2'),
    [net1, net2].flatMap((net, i) => [
      net.ip.link.set('lo').up(),
      net.ip.addr.add(`10.9.0.${i + 1}/24`).dev(`veth${i + 1}`),
      net.ip.link.set(`veth${i + 1}`).up(),
    ]),
  )
  const program = await lab.spawn(net2, [node, '-e', service])
  await program.waitFor('listening')
})
after(async () => {
  here.close()
  await lab.close()
})

test('fetch asks from a place, by the address and the port that it knows', async () => {
  const answer = await lab.fetch(net1, 'http://10.9.0.2:8080/path?a=b', { method: 'POST', body: 'hello' })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('x-answer'), 'yes')
  assert.equal(answer.url, 'http://10.9.0.2:8080/path?a=b')
  assert.deepEqual(await answer.json(), {
    method: 'POST',
    url: '/path?a=b',
    host: '10.9.0.2:8080',
    remoteAddress: '::ffff:10.9.0.1',
    body: 'hello',
  })
})

test('fetch follows a redirect in the lab, unpacks, and gives up when it is aborted', async () => {
  const there = await lab.fetch(net1, 'http://10.9.0.2:8080/away')
  assert.equal(there.redirected, true)
  assert.equal(((await there.json()) as { url: string }).url, '/there')
  assert.equal(await (await lab.fetch(net1, 'http://10.9.0.2:8080/packed')).text(), 'unpacked')
  assert.equal((await lab.fetch(net1, 'http://10.9.0.2:8080/away', { redirect: 'manual' })).status, 302)
  const nobody = lab.fetch(net1, 'http://10.9.0.99:8080/', { signal: AbortSignal.timeout(200) })
  await assert.rejects(nobody, { name: 'TimeoutError' })
})

test('fetch tells from where it was refused, with the line that asked', async () => {
  const refused = lab.fetch(net1, 'http://10.9.0.2:9/')
  await assert.rejects(refused, /from net1[\s\S]*no connection to 10\.9\.0\.2, port 9.*refused/)
  await assert.rejects(lab.fetch(net1, 'ftp://10.9.0.2/'), /ftp: is no way to fetch from a place/)
})

test('a port of this process is found in a place, under its own number or another', async () => {
  const port = await outside()
  const exposed = await lab.expose(port, net2, { port: 80 })
  assert.equal(exposed.port, 80)
  assert.equal(await (await lab.fetch(net1, 'http://10.9.0.2/')).text(), 'from outside')
  await assert.rejects(lab.expose(port, net2, { port: 80 }), /port 80 of net2 is taken/)
  await exposed.close()
  await assert.rejects(lab.fetch(net1, 'http://10.9.0.2/'), /refused/)
})

test('a container is reached, and reaches out, whatever its image has', async () => {
  await lab.step(
    'two containers of a network with names',
    server1.docker.network.create('app'),
    server1.docker.run(image).name('web').network('app'),
    server1.docker.run(image).name('db').network('app'),
    server1.container('db').listen(5000),
  )
  await lab.check(web.tcp(server1.container('db'), 5000).open, 'the listener is up')
  const stream = await lab.connect(web, { host: 'db', port: 5000 })
  assert.match((await stream.toArray()).join(''), /:5000/)
  const port = await outside()
  await using _ = await lab.expose(port, web)
  const { stdout } = await lab.exec(web, ['wget', '-q', '-O', '-', `http://127.0.0.1:${port}/`])
  assert.equal(stdout, 'from outside')
})
