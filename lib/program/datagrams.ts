/** A UDP port of 127.0.0.1 that leads into a place: each sender here has a socket of its own there, for the answers. */
import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram'
import type { Socket } from 'node:net'
import type { Place } from '../language/command.ts'
import { port as checkedPort } from '../language/names.ts'
import type { Forwarded, Gates, To } from './connect.ts'

/** How long a sender that says nothing, and hears nothing, is remembered, in milliseconds: as long as the kernel's conntrack does. */
const idle = 120_000

/** A datagram as it goes through a stream: its length in two bytes, then itself. */
function framed(datagram: Buffer): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(datagram.length)
  return Buffer.concat([head, datagram])
}

/** Takes the datagrams out of a stream, as they come. */
export function unframed(stream: Socket, take: (datagram: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0)
  stream.on('data', (part: Buffer) => {
    rest = Buffer.concat([rest, part])
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const end = 2 + rest.readUInt16BE()
      take(rest.subarray(2, end))
      rest = rest.subarray(end)
    }
  })
}

/** Binds a UDP socket to a port of 127.0.0.1; to any other when that one is taken, or may not be had. */
async function bound(wanted: number): Promise<UdpSocket> {
  const { createSocket } = await import('node:dgram')
  const bind = (port: number) =>
    new Promise<UdpSocket>((resolve, reject) => {
      const socket = createSocket('udp4')
      socket.once('error', (error) => {
        socket.close()
        reject(error)
      })
      socket.bind(port, '127.0.0.1', () => {
        socket.removeAllListeners('error')
        resolve(socket)
      })
    })
  return wanted === 0 ? bind(0) : bind(wanted).catch(() => bind(0))
}

/** Opens a UDP port of 127.0.0.1 whose datagrams go on from a place. `wanted` is its number where that is free. */
export async function forwardUdp(gates: Gates, place: Place, to: To, wanted = 0): Promise<Forwarded> {
  const { host = '127.0.0.1', port } = to
  checkedPort(port)
  await gates(place) // that there is such a place is told now
  const here = await bound(wanted)
  here.on('error', () => {}) // an answer to who has gone
  here.unref()
  const senders = new Map<string, Promise<Socket>>()

  /** The way on for one sender, and back to it. */
  async function way(name: string, { port: from, address }: RemoteInfo): Promise<Socket> {
    const stream = await (await gates(place)).ask({ host, port, udp: true })
    stream.once('close', () => senders.delete(name)).on('error', () => {})
    stream.setTimeout(idle, () => stream.destroy()).unref()
    unframed(stream, (datagram) => here.send(datagram, from, address))
    return stream
  }
  here.on('message', async (datagram, sender) => {
    const name = `${sender.address} ${sender.port}`
    const known = senders.get(name) ?? way(name, sender)
    senders.set(name, known)
    // What has no way on is lost, as datagrams are.
    await known.then((stream) => stream.write(framed(datagram))).catch(() => senders.delete(name))
  })
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= new Promise<void>((resolve) => {
      for (const one of senders.values()) one.then((stream) => stream.destroy()).catch(() => {})
      here.close(() => resolve())
    })
    return closed
  }
  return { host: '127.0.0.1', port: here.address().port, close, [Symbol.asyncDispose]: close }
}
