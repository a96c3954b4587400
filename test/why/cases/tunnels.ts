/** Failures of tunnels of VXLAN: hosta (192.168.56.3) and hostb (192.168.56.4), 10.9.0.1 and 10.9.0.2 within. */
import type { Case } from './case.ts'

/** What is built on the second one. */
export interface TwoCase extends Case {
  far: string
}

export const tunnelFunctions = `
clean() { ip link del vx0; ip link del br-t; ip netns del pod; iptables -F; iptables -P INPUT ACCEPT; }
# vx ID PORT LOCAL REMOTE
vx() { ip link add vx0 type vxlan id $1 dstport $2 dev eth0 local $3 remote $4; ip link set vx0 up; }
`
const a = (address = '192.168.56.4') => `vx 9 4789 192.168.56.3 ${address}; ip addr add 10.9.0.1/24 dev vx0`
const b = (address = '192.168.56.3') => `vx 9 4789 192.168.56.4 ${address}; ip addr add 10.9.0.2/24 dev vx0`

export const tunnels: readonly TwoCase[] = [
  { name: 'a tunnel that works', build: a(), far: b(), ask: 'hosta 10.9.0.2', status: 'delivered' },
  {
    name: 'the remote is mistyped',
    build: a('192.168.56.40'),
    far: b(),
    ask: 'hosta 10.9.0.2',
    status: ['died', 'unknown'],
    says: [/vxlan|vx0/i, /192\.168\.56\.40/],
    not: [/nobody answered, though/],
  },
  {
    name: 'the way back of the tunnel is mistyped: it learns the right one from what comes in',
    build: a(),
    far: b('192.168.56.33'),
    ask: 'hosta 10.9.0.2',
    status: 'delivered',
  },
  {
    name: 'its own firewall drops the tunnel on its way out',
    build: `${a()}; iptables -A OUTPUT -p udp --dport 4789 -j DROP`,
    far: b(),
    ask: 'hosta 10.9.0.2',
    status: 'died',
    place: 'hosta',
    says: [/OUTPUT/, /4789/],
  },
  {
    name: 'a policy of INPUT at the far end',
    build: a(),
    far: `${b()}; iptables -P INPUT DROP; iptables -A INPUT -p icmp -j ACCEPT`,
    ask: 'hosta 10.9.0.2',
    status: 'died',
    place: 'hostb',
    says: [/INPUT/],
  },
  {
    name: 'the far tunnel is switched off',
    build: a(),
    far: `${b()}; ip link set vx0 down`,
    ask: 'hosta 10.9.0.2',
    status: 'died',
    says: [/vx0/, /down/],
    code: 'link-down',
  },
  {
    name: 'the far tunnel is in no bridge',
    build: a(),
    far: `vx 9 4789 192.168.56.4 192.168.56.3; ip link add br-t type bridge; ip link set br-t up; ip addr add 10.9.0.2/24 dev br-t`,
    ask: 'hosta 10.9.0.2',
    status: 'died',
    says: [/vx0/, /br-t/],
  },
  {
    name: 'the tunnel sends from an address of nobody',
    build: `vx 9 4789 192.168.56.33 192.168.56.4; ip addr add 10.9.0.1/24 dev vx0`,
    far: b(),
    ask: 'hosta 10.9.0.2',
    status: 'died',
    code: 'vxlan-mismatch',
    says: [/192\.168\.56\.33/],
  },
  {
    name: 'the VNI differs, and the far end asks',
    build: a(),
    far: `vx 90 4789 192.168.56.4 192.168.56.3; ip addr add 10.9.0.2/24 dev vx0`,
    ask: 'hostb 10.9.0.1',
    status: 'died',
    code: 'vxlan-mismatch',
    says: [/\b9\b/, /\b90\b/],
  },
]
