/** The words that send one probe, from wherever they are run. */
import type { Probe } from './watch.ts'

/** The probe as a command: one packet of a mark that no other traffic has, and up to two seconds for the answer. */
export function probeWords({ protocol, mark, port }: Probe, address: string): string[] {
  const nc = ['nc', '-n', '-v', '-w', '2', '-p', String(mark)]
  switch (protocol) {
    case 'icmp':
      return ['ping', '-n', '-c', '1', '-W', '2', '-e', String(mark), address]
    case 'tcp':
      return [...nc, '-z', address, String(port)]
    case 'udp':
      return ['sh', '-c', `echo vethlab | ${[...nc, '-u', address, String(port)].join(' ')}`]
  }
}

/** A mark for one probe: an ICMP identifier, or a source port above those that the kernel gives out by itself. */
export const newMark = (): number => 61_000 + Math.floor(Math.random() * 4000)
