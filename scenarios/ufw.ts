/**
 * ufw: a firewall that never sees what Docker publishes, and what to do.
 *
 *     web                         server1                       server2
 *   ┌─────────────┐        ┌───────────────────┐            ┌────────────┐
 *   │ eth0     80 ╪════════╪ docker0    enp0s3 ╪════════════╪ enp0s3     │
 *   └─────────────┘        └───────────────────┘  vboxnet0  └────────────┘
 *     172.17.0.x      published as 8080  192.168.56.3        192.168.56.4
 *
 *   | place   | interface | address         | listens on                          |
 *   |---------|-----------|-----------------|-------------------------------------|
 *   | server1 | enp0s3    | 192.168.56.3/24 | 9000; 8080, which goes to web:80    |
 *   | server2 | enp0s3    | 192.168.56.4/24 |                                     |
 *   | web     | eth0      | 172.17.0.x      | 80                                  |
 *
 * Beyond the slides. ufw and firewalld filter what comes *to* the machine, in INPUT. What comes to a published port is
 * sent on to a container (DNAT in PREROUTING) before anybody asks INPUT, and goes through FORWARD, where Docker lets it
 * in. So a firewall that is closed leaves the port open. The rules here are those that ufw and firewalld write, by hand.
 */
import { image, lan, scenario, server } from 'vethlab'

const server1 = server('server1')
const server2 = server('server2')
const vboxnet0 = lan('vboxnet0')
  .plug(server1, 'enp0s3', '192.168.56.3/24')
  .plug(server2, 'enp0s3', '192.168.56.4/24')
const web = server1.container('web')
const { filter } = server1.iptables
const { nft } = server1
const input = ['inet', 'firewalld', 'filter_INPUT'] as const

export default scenario(import.meta, 'A firewall that never sees what Docker publishes', async (lab) => {
  await lab.step('Two servers on a LAN', vboxnet0.up())
  await lab.step(
    'A published port, and a service of the server itself',
    server1.docker.run(image).name('web').publish('8080:80'),
    web.listen(80),
    server1.listen(9000),
  )
  await lab.check(
    [server2.tcp('192.168.56.3', 8080).open, server2.tcp('192.168.56.3', 9000).open],
    'no firewall yet',
  )

  await lab.step(
    'A firewall as ufw writes it: all that comes in is dropped, but for SSH and what belongs to a connection',
    filter.newChain('ufw-before-input'),
    filter.newChain('ufw-user-input'),
    filter.append('ufw-before-input').in('lo').jump('ACCEPT'),
    filter.append('ufw-before-input').ctstate('RELATED', 'ESTABLISHED').jump('ACCEPT'),
    filter.append('ufw-user-input').protocol('tcp').dport(22).jump('ACCEPT'),
    filter.append('INPUT').jump('ufw-before-input'),
    filter.append('INPUT').jump('ufw-user-input'),
    filter.policy('INPUT', 'DROP'),
  )
  await lab.check(server2.tcp('192.168.56.3', 9000).filtered, 'it comes to the server itself: INPUT drops it')
  await lab.check(
    server2.tcp('192.168.56.3', 8080).open,
    'it was sent on to web before INPUT is asked: FORWARD lets it in',
  )
  await lab.step(
    'The way of such a packet: the DNAT of PREROUTING, then FORWARD',
    server1.docker.firewall.rules('nat'),
    server1.docker.firewall.rules('filter'),
  )

  await lab.step(
    'A firewall as firewalld writes it, in a table of nftables',
    filter.policy('INPUT', 'ACCEPT'),
    nft.add.table('inet', 'firewalld'),
    nft.add.chain(...input, '{ type filter hook input priority 10; }'),
    nft.add.rule(...input, 'ct state established,related accept'),
    nft.add.rule(...input, 'iifname lo accept'),
    nft.add.rule(...input, 'tcp dport 22 accept'),
    nft.add.rule(...input, 'drop'),
  )
  await lab.check(server2.tcp('192.168.56.3', 9000).filtered, 'another tool, the same place')
  await lab.check(server2.tcp('192.168.56.3', 8080).open, 'and the same hole')
  await lab.step(
    "firewalld's table goes, ufw's policy is back",
    nft.delete.table('inet', 'firewalld'),
    filter.policy('INPUT', 'DROP'),
  )

  // The first way out: a rule where the packet goes by. Its port is the container's there; conntrack knows what was asked.
  const chain = await lab.read(server1.docker.firewall.userChain())
  const rule = { in: 'enp0s3', port: 8080 }
  await lab.step(
    'A rule where the packet does go by, on the port that was asked for',
    filter.insert(chain).in(rule.in).protocol('tcp').ctorigdstport(rule.port).ctdir('ORIGINAL').jump('DROP'),
  )
  await lab.check(server2.tcp('192.168.56.3', 8080).filtered, "Docker's own rules come after it")
  await lab.check(server1.tcp('127.0.0.1', 8080).open, 'from the server itself it is open')
  await lab.step(
    'Without it again',
    filter.delete(chain).in(rule.in).protocol('tcp').ctorigdstport(rule.port).ctdir('ORIGINAL').jump('DROP'),
  )

  // The second one: not to publish it to everybody.
  await lab.step(
    'Published for the server itself alone',
    server1.docker.rm('web'),
    server1.docker.run(image).name('web').publish('127.0.0.1:8080:80'),
    web.listen(80),
  )
  await lab.check(
    server2.tcp('192.168.56.3', 8080).filtered,
    'no DNAT for this address: INPUT is asked, and drops it',
  )
  await lab.check(server1.tcp('127.0.0.1', 8080).open, 'from the server itself it is open')
})
