/** Two ordinary users, student and other, for a test that root runs: see users.sh. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Finished, finished, firstLines } from '../../lib/server/process.ts'
import { root } from './machine.ts'

export interface Users {
  /** Runs a shell line as that user, in their checkout; root is in this one. */
  as(user: 'student' | 'other' | 'root', line: string, env?: Record<string, string>): Promise<Finished>
  /** Ends them, and all that was mounted for them. */
  end(): Promise<void>
}

/** Makes the users. */
export async function users(): Promise<Users> {
  const holder = spawn('sh', [join(root, 'test/helpers/users.sh'), 'sh', '-c', 'echo ready; read -r _'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = finished(holder)
  if ((await firstLines(holder, 1))[0] !== 'ready') throw new Error('users.sh failed')
  return {
    as: (user, line, env = {}) => {
      const named = Object.entries(env).map(([name, value]) => `${name}=${value}`)
      const become =
        user === 'root' ? ['env', ...named] : ['sh', join(root, 'test/helpers/as.sh'), user, ...named]
      const words = ['--target', `${holder.pid}`, '--mount', `--wd=${root}`, '--', ...become]
      return finished(spawn('nsenter', [...words, 'sh', '-c', line]))
    },
    async end() {
      holder.stdin.end()
      await ended
    },
  }
}
