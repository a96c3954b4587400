/** A machine whose services have addresses of their own on the LAN (macvlan), and a leg of it to reach them. No engine. */
import { type Lab, server } from 'vethlab'
import type { Draw } from '../../lib/learn/exercise.ts'
import { addressed, bridge, made, plugged } from './cables.ts'

/** Such a machine as a seed has it. */
export function macvlans(draw: Draw) {
  const server1 = server('server1')
  const [one = '', two = '', three = ''] = draw.names(3)
  const here = draw.subnet()
  const [port, admin] = [draw.port(), draw.port()]
  const [nas, dns, media, pc, tv] = ['nas', one, two, three, 'tv'].map((name) => server1.netns(name))
  if (!nas || !dns || !media || !pc || !tv) throw new Error('five places')
  const at = {
    nas: `${here}.2`,
    shim: `${here}.3`,
    pc: `${here}.21`,
    tv: `${here}.22`,
    dns: `${here}.${draw.number(100, 149)}`,
    media: `${here}.${draw.number(150, 199)}`,
  } as const
  const child = (place: typeof dns, dev: string, address: `${typeof here}.${number}`) => [
    nas.ip.link.add(dev).type('macvlan', { link: 'eth0', mode: 'bridge' }),
    nas.ip.link.set(dev).netns(place),
    addressed(place, dev, address, 24),
    place.ip.link.set(dev).up(),
  ]
  const build = async (lab: Lab) => {
    await lab.step('Five places', ...[nas, dns, media, pc, tv].map(made))
    await lab.step('A switch', bridge(server1, 'lan'))
    await lab.step(
      'Cables and addresses',
      ...(
        [
          [nas, at.nas],
          [pc, at.pc],
          [tv, at.tv],
        ] as const
      ).flatMap(([place, address]) => [
        ...plugged(server1, place, 'eth0', 'lan'),
        addressed(place, 'eth0', address, 24),
      ]),
    )
    await lab.step(
      'Two services of nas, each with an address of its own',
      child(dns, 'mac1', at.dns),
      child(media, 'mac2', at.media),
    )
    await lab.step(
      'A macvlan of nas itself: by its own interface it never reaches them',
      nas.ip.link.add('shim').type('macvlan', { link: 'eth0', mode: 'bridge' }),
      addressed(nas, 'shim', at.shim, 32),
      nas.ip.link.set('shim').up(),
      nas.ip.route.add(`${at.dns}/32`).dev('shim').src(at.shim),
      nas.ip.route.add(`${at.media}/32`).dev('shim').src(at.shim),
    )
    await lab.step(
      'What listens, and for whom',
      dns.listen(port),
      media.listen(port),
      nas.listen(admin),
      nas.iptables.filter.append('INPUT').source(at.tv).protocol('tcp').dport(admin).jump('DROP'),
    )
  }

  return {
    ...{ server1, nas, dns, media, pc, tv, at, port, admin, build },
    fromNas: [nas.tcp(at.dns, port).open, nas.tcp(at.media, port).open],
    fromPc: [pc.tcp(at.dns, port).open, pc.tcp(at.media, port).open],
    between: [dns.tcp(at.media, port).open, media.tcp(at.dns, port).open],
    toNas: pc.tcp(at.nas, admin).open,
    guarded: tv.tcp(at.nas, admin).filtered,
  }
}
