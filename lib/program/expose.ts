/** The other way round: a port of this machine that is found in a place of a lab. */
import { once } from 'node:events'
import { connect as connectHere, createServer, type Socket } from 'node:net'
import { VethlabError } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { port as checkedPort } from '../language/names.ts'
import { type Forwarded, type Gates, join } from './connect.ts'

/** Lets programs in a place connect to a port of this machine, as to `port` of 127.0.0.1 there, and of its own addresses. */
export async function expose(gates: Gates, here: number, place: Place, port = here): Promise<Forwarded> {
  checkedPort(here)
  checkedPort(port)
  const gate = await gates(place)
  const [path, pathHere] = gate.path()
  const open = new Set<Socket>()
  const arriving = createServer({ allowHalfOpen: true }, (from) => {
    const to = connectHere({ port: here, host: 'localhost', allowHalfOpen: true })
    for (const one of [from, to]) {
      open.add(one)
      one.once('close', () => open.delete(one))
    }
    join(from, to)
  })
  await new Promise<void>((resolve, reject) => {
    arriving.once('error', reject)
    arriving.listen(pathHere, resolve)
  })
  arriving.unref()
  let asking: Socket | undefined
  const close = async () => {
    const closed = new Promise<void>((resolve) => arriving.close(() => resolve()))
    for (const socket of open) socket.destroy()
    if (asking && !asking.destroyed) {
      asking.ref().end()
      await once(asking.resume(), 'close')
    }
    await closed
  }
  try {
    asking = await gate.ask({ listen: port, to: path })
    asking.unref()
  } catch (error) {
    await close()
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new VethlabError(`port ${port} of ${place.name} is taken`, {
      hint: `Name another one: lab.expose(${here}, place, { port: ${port + 1} }).`,
    })
  }
  return { host: '127.0.0.1', port, close, [Symbol.asyncDispose]: close }
}
