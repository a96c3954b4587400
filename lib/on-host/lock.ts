/**
 * One process at a time changes this machine. The lock is a Unix socket in the abstract namespace (unix(7)): the kernel
 * gives its name to one process only, and frees it when that one ends, however it ends. Who asks is told who holds it.
 */
import { connect, createServer } from 'node:net'
import { Unable } from '../errors.ts'

const socket = '\0vethlab-host'

/** Does the work while no other process changes this machine. `what` is told to those who come meanwhile. */
export async function locked<T>(what: string, work: () => Promise<T>): Promise<T> {
  const holder = createServer((asking) => {
    asking.on('error', () => {})
    asking.end(`${what} (process ${process.pid})`)
  })
  await new Promise<void>((resolve, reject) => {
    holder.once('error', async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      reject(
        new Unable(`this machine is just being changed by ${await holds()}`, {
          hint: 'Wait until it has ended, then try again. Nothing was changed.',
        }),
      )
    })
    holder.listen(socket, resolve)
  })
  try {
    return await work()
  } finally {
    holder.close()
  }
}

/** What the holder of the lock says that it does. */
const holds = (): Promise<string> =>
  new Promise((resolve) => {
    let said = ''
    const asked = connect(socket)
    asked.setEncoding('utf8').setTimeout(1000, () => asked.destroy())
    asked.on('data', (text) => {
      said += text
    })
    asked.on('error', () => {})
    asked.on('close', () => resolve(said || 'another process'))
  })
