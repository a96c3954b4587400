/** A terminal on the page: a shell in a place, behind a WebSocket. */
import type { WebSocket } from 'ws'

/** What the page sends: keys, or the size of its window. */
type Message = { keys: string } | { columns: number; rows: number }

/** From so many bytes on that the page has not taken yet, the program waits: a browser may sleep. */
const mostWaiting = 2 ** 20

function parsed(text: string): Message | undefined {
  try {
    return JSON.parse(text) as Message
  } catch {
    return undefined
  }
}

/** Starts a program behind the socket; it ends with the socket, and the socket with it. */
export async function terminal(
  socket: WebSocket,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { spawn } = await import('@lydell/node-pty')
  const [file = '', ...rest] = words
  const pty = spawn(file, rest, {
    name: 'xterm-256color',
    cols: 80,
    rows: 24,
    env: Object.fromEntries(
      Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
  })
  pty.onData((data) => {
    if (socket.readyState !== socket.OPEN) return
    socket.send(data, () => {
      if (socket.bufferedAmount <= mostWaiting) pty.resume()
    })
    if (socket.bufferedAmount > mostWaiting) pty.pause()
  })
  pty.onExit(() => socket.close())
  socket.on('message', (data) => {
    const message = parsed(String(data))
    if (message === undefined) return
    if ('keys' in message) pty.write(String(message.keys))
    else if (message.columns > 0 && message.rows > 0) pty.resize(message.columns | 0, message.rows | 0)
  })
  socket.on('close', () => {
    try {
      process.kill(pty.pid, 'SIGHUP')
    } catch {} // it has ended
  })
}
