/**
 * Runs in the network of a place, by the runtime of the program that opened the lab: connects and listens there for it.
 *
 * It is asked by connections to a socket whose path is its last argument. The first line says what for, in JSON: `{ host, port }`
 * is connected to; with `udp`, datagrams go there and come back, each after its length in two bytes. With `{ listen: port, to: path }` each connection to that port goes on to the socket `path`, as long as
 * the asking connection stands. It answers by a line, empty or with an error in JSON; then comes what the other side says.
 */
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { connect, createServer } from 'node:net'

/** Hands on what either side says, and how it ends. */
function join(one, other) {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ])
    from
      .on('error', () => to.destroy())
      .on('close', () => from.readableEnded || to.destroy())
      .pipe(to)
}

const refused = (asking, { code, message }) => asking.end(`${JSON.stringify({ code, message })}\n`)

function connecting(asking, { host, port }) {
  const there = connect({ host, port, allowHalfOpen: true })
  const gone = () => there.destroy()
  asking.once('close', gone)
  there.once('error', (error) => refused(asking, error))
  there.once('connect', () => {
    there.removeAllListeners('error')
    asking.off('close', gone)
    asking.write('\n')
    join(asking, there)
  })
}

/** Sends datagrams from a socket of their own, and hands on what is answered there. */
async function sending(asking, { host, port }) {
  const { address, family } = await lookup(host)
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
  let open = true
  asking.once('close', () => {
    open = false
    socket.close()
  })
  socket.on('error', () => {}) // nobody listens there: the datagram is lost
  socket.on('message', (datagram) => {
    const head = Buffer.alloc(2)
    head.writeUInt16BE(datagram.length)
    asking.write(Buffer.concat([head, datagram]))
  })
  await new Promise((resolve) => {
    socket.connect(port, address, resolve)
  })
  asking.write('\n')
  let rest = Buffer.alloc(0)
  asking.on('data', (part) => {
    rest = Buffer.concat([rest, part])
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const end = 2 + rest.readUInt16BE()
      if (open) socket.send(rest.subarray(2, end))
      rest = rest.subarray(end)
    }
  })
  asking.once('end', () => asking.destroy())
}

function listening(asking, { listen, to }) {
  const open = new Set()
  const listener = createServer({ allowHalfOpen: true }, (from) => {
    open.add(from)
    from.once('close', () => open.delete(from))
    join(from, connect({ path: to, allowHalfOpen: true }))
  })
  const end = () => {
    listener.close(() => asking.end())
    for (const one of open) one.destroy()
  }
  asking.once('end', end).once('close', end)
  listener.once('error', (error) => refused(asking, error))
  listener.listen(listen, () => asking.write('\n'))
}

createServer({ allowHalfOpen: true }, (asking) => {
  asking.on('error', () => {})
  let head = Buffer.alloc(0)
  const take = () => {
    for (let part = asking.read(); part !== null; part = asking.read()) head = Buffer.concat([head, part])
    const end = head.indexOf('\n')
    if (end < 0) return
    asking.off('readable', take)
    if (end + 1 < head.length) asking.unshift(head.subarray(end + 1))
    const asked = JSON.parse(head.subarray(0, end).toString())
    if (asked.udp) sending(asking, asked).catch((error) => refused(asking, error))
    else if (asked.listen === undefined) connecting(asking, asked)
    else {
      asking.resume()
      listening(asking, asked)
    }
  }
  asking.on('readable', take)
}).listen(process.argv.at(-1), () => console.log('open'))

// Its end is that of the program that started it.
process.stdin.on('end', () => process.exit()).resume()
