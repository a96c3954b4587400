/** docker beyond the lessons: what it prints, and whether a call or the docker program does it. Text only. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadInput } from '../../../lib/errors.ts'
import { server } from '../../../lib/index.ts'
import type { Command } from '../../../lib/language/command.ts'
import { toShell } from '../../../lib/language/on-server.ts'

const { docker } = server('server1')
const run = () => docker.run('alpine').name('a1')
const create = () => docker.network.create('n1')

const lines: Array<[Command, string, by: 'call' | 'program']> = [
  [run().network('n1'), 'run -dit --name a1 --network n1 alpine', 'call'],
  [
    run().volume('/srv:/srv:ro').volume('data:/data'),
    'run -dit --name a1 -v /srv:/srv:ro -v data:/data alpine',
    'program',
  ],
  [
    run().restart('unless-stopped').user('1000:1000'),
    'run -dit --name a1 --restart unless-stopped -u 1000:1000 alpine',
    'program',
  ],
  [
    run().sysctl('net.ipv6.conf.all.forwarding=1'),
    'run -dit --name a1 --sysctl net.ipv6.conf.all.forwarding=1 alpine',
    'program',
  ],
  [run().network('n1').ip6('fd00::9'), 'run -dit --name a1 --network n1 --ip6 fd00::9 alpine', 'program'],
  [
    docker.runOnce('alpine').network('n1').command('ping', '-c', '1', 'web'),
    'run --rm --network n1 alpine ping -c 1 web',
    'program',
  ],
  [
    create().gateway('10.1.0.254').subnet('10.1.0.0/24'),
    'network create --subnet 10.1.0.0/24 --gateway 10.1.0.254 n1',
    'call',
  ],
  [
    create().ipv6().subnet('10.1.0.0/24').subnet('fd00:1::/64').gateway('fd00:1::1'),
    'network create --subnet 10.1.0.0/24 --subnet fd00:1::/64 --gateway fd00:1::1 --ipv6 n1',
    'program',
  ],
  [
    create().subnet('10.1.0.0/24').auxAddress('host=10.1.0.9'),
    'network create --subnet 10.1.0.0/24 --aux-address host=10.1.0.9 n1',
    'program',
  ],
  ...['80', '127.0.0.1::80', '8000-8002:8000-8002', '0:80', '[::1]:8085:80'].map(
    (port): [Command, string, 'program'] => [
      run().publish(port),
      `run -dit --name a1 -p ${port.startsWith('[') ? `'${port}'` : port} alpine`,
      'program',
    ],
  ),
  [run().network('container:api'), 'run -dit --name a1 --network container:api alpine', 'program'],
  [run().hostname('a.example.org'), 'run -dit --name a1 --hostname a.example.org alpine', 'call'],
  [docker.network.create('n'), 'network create n', 'call'],
  [docker.network.disconnect('n1', 'a1'), 'network disconnect n1 a1', 'program'],
  [docker.stop('a1', { time: 1 }), 'stop -t 1 a1', 'program'],
  [docker.logs('a1', { tail: 5 }), 'logs -n 5 a1', 'program'],
  [docker.inspect('a1', { format: '{{.Name}}' }), "inspect -f '{{.Name}}' a1", 'program'],
  [docker.ps({ all: true, quiet: true }), 'ps -a -q', 'program'],
  [docker.volume.create('data'), 'volume create data', 'program'],
  [docker.swarm.init().advertiseAddr('10.0.0.1'), 'swarm init --advertise-addr 10.0.0.1', 'program'],
  [
    docker.service.create('nginx').name('web').replicas(3),
    'service create --name web --replicas 3 nginx',
    'program',
  ],
]
for (const [command, line, by] of lines)
  test(`docker ${line}`, () => {
    const words = toShell(command)
      .replace(/^docker /, '')
      .split(' ')
    assert.deepEqual([...words].sort(), line.split(' ').sort())
    assert.equal(command.api === undefined ? 'program' : 'call', by)
  })

const refused: Array<[string, () => unknown, RegExp]> = [
  ['--restart twice', () => run().restart('always').restart('no'), /can stand once/],
  [
    'two subnets of one family on a bridge',
    () => create().subnet('10.1.0.0/24').subnet('10.2.0.0/24'),
    /its subnet already/,
  ],
  ['an IPv6 subnet with host bits', () => create().subnet('fd00::1/64'), /the subnet is fd00::\/64/],
]
for (const [what, build, message] of refused)
  test(`refuses ${what}`, () =>
    assert.throws(build, (error) => error instanceof BadInput && message.test(error.message)))
