/**
 * Runs in the network of a place, by the runtime of the program that opened the lab: connects and listens there for it.
 *
 * It is asked by connections to a socket whose path is its last argument. The first line says what for, in JSON: `{ host, port }`
 * is connected to; with `{ listen: port, to: path }` each connection to that port goes on to the socket `path`, as long as
 * the asking connection stands. It answers by a line, empty or with an error in JSON; then comes what the other side says.
 */
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
    if (asked.listen === undefined) connecting(asking, asked)
    else {
      asking.resume()
      listening(asking, asked)
    }
  }
  asking.on('readable', take)
}).listen(process.argv.at(-1), () => console.log('open'))

// Its end is that of the program that started it.
process.stdin.on('end', () => process.exit()).resume()
