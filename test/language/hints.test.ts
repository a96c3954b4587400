/** What tools say, and the hint that a person gets for it: the words are those that the tools really printed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify, explain, VethlabError } from '../../lib/errors.ts'
import { server } from '../../lib/index.ts'

const said: Array<[string, string, RegExp]> = [
  [
    'iptables: No chain/target/match by that name.',
    'not found',
    /which step makes it\? .*nftables makes no DOCKER-USER/,
  ],
  [
    'Error response from daemon: This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
    'already exists',
    /docker swarm leave takes it out/,
  ],
  // moby, setup_ip_forwarding.go
  [
    "IPv4 forwarding is disabled: check your host's firewalling and set sysctl net.ipv4.ip_forward=1, or disable this check using daemon option --ip-forward=false",
    'forwarding off',
    /firewall is nftables .*net\.ipv4\.ip_forward=1 .* before it starts/,
  ],
  [
    "Unable to enable DIRECT ACCESS FILTERING - DROP rule:  (iptables failed: iptables --wait -t raw -A PREROUTING: iptables v1.8.9 (legacy): can't initialize iptables table `raw': Table does not exist",
    'kernel lacks',
    /no table raw .*modprobe iptable_raw/,
  ],
  [
    'Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version',
    'other API',
    /take both from one release/,
  ],
  [
    'Error response from daemon: --firewall-backend=nftables is incompatible with swarm mode',
    'already exists',
    /no Swarm with nftables/,
  ],
  ['Cannot find device "veth9"', 'not found', /which step makes it/],
  ['RTNETLINK answers: Cannot assign requested address', 'not found', /which step makes it/],
  ['arping: bind: Cannot assign requested address', 'no such address', /has the address/],
  [
    'exec of "iperf3" failed: No such file or directory',
    'no such program',
    /^iperf3 is not installed in the place/,
  ],
  ['exec of "tcpdump" failed: No such file or directory', 'no such program', /^tcpdump is not installed/],
  ['sh: 1: foo: not found', 'no such program', /^foo is not installed/],
  ['sh: foo: command not found', 'no such program', /^foo is not installed/],
  [
    'OCI runtime exec failed: exec failed: unable to start container process: exec: "ss": executable file not found in $PATH: unknown',
    'no such program',
    /^ss is not installed/,
  ],
  [
    'Error response from daemon: Cannot pause container 1: OCI runtime pause failed: unable to freeze: openat2 /sys/fs/cgroup/docker/1/cgroup.freeze: no such file or directory',
    'kernel lacks',
    /freezer/,
  ],
  ['Error response from daemon: container 4f is not running', 'not running', /docker start/],
  [
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 127.0.0.1:53: connection refused',
    'no such image',
    /IMAGE=NAME/,
  ],
  ['iptables: No chain/target/match by that name.', 'not found', /which step makes it/],
  ['Error response from daemon: network n9 not found', '', /^$/],
  ['docker.io/library/nosuch:latest: not found', '', /^$/],
  ['sh: 1: exec: foo: not found', 'no such program', /^foo is not installed/],
]

for (const [words, cause, hint] of said)
  test(`hint for: ${words.slice(0, 70)}`, () => {
    const found = classify(words)
    assert.equal(found?.cause ?? '', cause)
    assert.match(found?.hint ?? '', hint)
  })

test('the address of a container that does not run: what to do', () => {
  assert.throws(
    () =>
      server('server1')
        .container('a1')
        .address()
        .check('' as never),
    (error) => error instanceof VethlabError && /a1 has no address\n.*docker start a1$/s.test(explain(error)),
  )
})
