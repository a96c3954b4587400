/** A home: two machines behind a router that rewrites their addresses, a provider, and a web site beyond it. No engine. */
import { type Lab, server } from 'vethlab'
import type { Draw } from '../../lib/learn/exercise.ts'
import { addressed, bridge, established, made, plugged } from './cables.ts'

/** A home as a seed has it. */
export function home(draw: Draw) {
  const server1 = server('server1')
  const [one = '', two = ''] = draw.names(2)
  const here = draw.subnet()
  const [port, admin] = [draw.port(), draw.port()]
  const [a, b] = [server1.netns(one), server1.netns(two)]
  const [router, isp, site] = [server1.netns('router'), server1.netns('isp'), server1.netns('site')]
  const at = {
    a: `${here}.11`,
    b: `${here}.12`,
    router: `${here}.1`,
    outside: `198.51.100.${draw.number(10, 99)}`,
    site: `203.0.113.${draw.number(10, 99)}`,
  } as const
  const { filter, nat } = router.iptables
  /** The program of the site, at all of its addresses, or at one. */
  const serves = (address = '') => site.exec('busybox', 'httpd', '-p', `${address}${port}`, '-h', '/etc')
  /** Ends it. */
  const ends = site.exec(
    'sh',
    '-c',
    `kill $(ss -Hltnp sport = :${port} | sed 's/.*pid=\\([0-9]*\\).*/\\1/'); while ss -Hltn sport = :${port} | grep -q .; do sleep 0.05; done`,
  )
  const build = async (lab: Lab) => {
    await lab.step('Five places', ...[a, b, router, isp, site].map(made))
    await lab.step('Three switches', ...['lan', 'wan', 'far'].map((name) => bridge(server1, name)))
    await lab.step(
      'Cables',
      ...[a, b].map((place) => plugged(server1, place, 'eth0', 'lan')),
      plugged(server1, router, 'lan0', 'lan'),
      plugged(server1, router, 'wan0', 'wan'),
      plugged(server1, isp, 'wan0', 'wan'),
      plugged(server1, isp, 'far0', 'far'),
      plugged(server1, site, 'eth0', 'far'),
    )
    await lab.step(
      'Addresses, and the line of the provider, which takes 1400 bytes',
      addressed(a, 'eth0', at.a, 24),
      addressed(b, 'eth0', at.b, 24),
      addressed(router, 'lan0', at.router, 24),
      addressed(router, 'wan0', at.outside, 24),
      addressed(isp, 'wan0', '198.51.100.1', 24),
      addressed(isp, 'far0', '203.0.113.1', 24),
      addressed(site, 'eth0', at.site, 24),
      router.ip.link.set('wan0').mtu(1400),
      isp.ip.link.set('wan0').mtu(1400),
    )
    await lab.step(
      'Routes, and what the router rewrites and lets through',
      ...[a, b].map((place) => place.ip.route.add('default').via(at.router)),
      router.ip.route.add('default').via('198.51.100.1'),
      site.ip.route.add('default').via('203.0.113.1'),
      ...[router, isp].map((place) => place.sysctl.set('net.ipv4.ip_forward', 1)),
      nat.append('POSTROUTING').source(`${here}.0/24`).out('wan0').jump('MASQUERADE'),
      filter.policy('FORWARD', 'DROP'),
      filter
        .append('FORWARD')
        .ctstate(...established)
        .jump('ACCEPT'),
      filter.append('FORWARD').in('lan0').out('wan0').jump('ACCEPT'),
      filter.append('INPUT').in('wan0').protocol('tcp').dport(admin).jump('DROP'),
    )
    await lab.step('The site, and the pages of the router itself', serves(), router.listen(admin))
  }

  return {
    ...{ server1, a, b, router, isp, site, at, here, port, admin, build, serves, ends },
    toSite: [a.tcp(at.site, port).open, b.tcp(at.site, port).open],
    /** The router's own pages are for the home alone. */
    toAdmin: a.tcp(at.router, admin).open,
    guarded: isp.tcp(at.outside, admin).filtered,
    nextTo: a.ping(at.b).replies,
    fromRouter: router.ping(at.site).replies,
    ask: { from: a.name, to: at.site, port },
  }
}
