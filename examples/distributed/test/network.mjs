/** The network of the tests: a router, and a subnet each for the manager, the workers and the client. */
import { fileURLToPath } from 'node:url'
import { listens, openLab, server } from 'vethlab'

const server1 = server('server1')
const netns = (name) => server1.netns(name)
const router = netns('router')

export const manager = netns('manager')
export const workers = [netns('worker1'), netns('worker2')]
export const client = netns('client')
export const address = 'http://10.0.1.10:8000'

/** The commands that put a place into a subnet. */
const into = (subnet, place, host) => [
  server1.ip.link
    .add('eth0')
    .netns(place.name)
    .type('veth', { peer: `to-${place.name}` }),
  server1.ip.link.set(`to-${place.name}`).netns('router'),
  router.ip.link.set(`to-${place.name}`).master(`net${subnet}`),
  router.ip.link.set(`to-${place.name}`).up(),
  place.ip.addr.add(`10.0.${subnet}.${host}/24`).dev('eth0'),
  place.ip.link.set('lo').up(),
  place.ip.link.set('eth0').up(),
  place.ip.route.add('default').via(`10.0.${subnet}.1`),
]

/** A bridge of the router for each subnet. */
const subnet = (number) => [
  router.ip.link.add(`net${number}`).type('bridge'),
  router.ip.addr.add(`10.0.${number}.1/24`).dev(`net${number}`),
  router.ip.link.set(`net${number}`).up(),
]

const program = (name, ...words) => [
  process.execPath,
  fileURLToPath(new URL(`../program/${name}.mjs`, import.meta.url)),
  ...words,
]

/** Opens the lab, and starts the manager and the workers. */
export async function start() {
  const lab = await openLab()
  const places = [manager, ...workers, client, router]
  await lab.step('places', ...places.map((place) => place.add()), router.sysctl.set('net.ipv4.ip_forward', 1))
  await lab.step('subnets', subnet(1), subnet(2), subnet(3))
  await lab.step(
    'who is in which',
    into(1, manager, 10),
    ...workers.map((worker, i) => into(2, worker, 10 + i)),
    into(3, client, 10),
  )
  await lab.spawn(manager, program('manager', '8000'))
  await lab.until(listens(manager, 8000))
  const running = await Promise.all(workers.map((worker) => lab.spawn(worker, program('worker', address))))
  await Promise.all(running.map((worker) => worker.waitFor('met the manager')))
  return lab
}

/** Asks as a client does: what it printed, and its exit code. */
export const ask = (lab, ...numbers) =>
  lab.exec(client, program('client', address, ...numbers), { timeout: 10_000 })
