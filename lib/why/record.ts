/** Keeps what moves in each stack while a probe is on its way, as files that Wireshark opens. */
import { rmSync, statSync } from 'node:fs'
import { join, parse, relative, resolve } from 'node:path'
import { Unable } from '../errors.ts'
import { until } from '../server/process.ts'
import { called, type Inside, type Stack } from './stacks.ts'

/** Starts tcpdump in each stack, when a file is named: `file.pcap` becomes `file-net1.pcap` and so on. */
export async function recording(
  into: Inside,
  stacks: readonly Stack[],
  file: string | undefined,
): Promise<{ files?: string[]; stop(): Promise<void> }> {
  if (file === undefined) return { stop: async () => {} }
  const { dir, name, ext } = parse(resolve(file))
  const all = stacks.map((stack) => {
    const target = join(dir, `${name}-${called(stack.place).replace(/\W+/g, '-')}${ext}`)
    rmSync(target, { force: true })
    // -Z root: else it gives up the right to write where only its user may.
    const dump = ['tcpdump', '-i', 'any', '-n', '-U', '--immediate-mode', '-Z', 'root', '-w', target]
    const child = into.start(stack, dump, ['ignore', 'ignore', 'pipe'])
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const ended = new Promise<void>((done) => child.once('close', () => done()))
    return { target, child, ended, said: () => said }
  })
  const stop = async () => {
    for (const { child } of all) child.kill('SIGINT')
    await Promise.all(all.map(({ ended }) => ended))
  }
  // It writes the head of its file when it listens.
  const size = (target: string) => statSync(target, { throwIfNoEntry: false })?.size ?? 0
  const ready = await Promise.all(
    all.map(({ target, child }) => until(() => size(target) > 0 || child.exitCode !== null, 3000)),
  )
  const failed = all.find(({ target }, i) => !ready[i] || size(target) === 0)
  if (failed) {
    await stop()
    throw new Unable(
      `cannot write ${failed.target}: ${failed.said().trim().split('\n').at(-1) || 'tcpdump did not start'}`,
    )
  }
  return { files: all.map(({ target }) => relative(process.cwd(), target)), stop }
}
