/**
 * Tells when something in a lab's network changes: links, addresses, routes, rules of the firewall, settings, namespaces,
 * containers. One `ip monitor` hears all namespaces, from one of its own in which each of them has a number; an empty line
 * says that it begins to.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, type FSWatcher, watch } from 'node:fs'
import { get } from 'node:http'
import { engineSocket, enterWords, environment } from '../server/enter.ts'
import type { LabRecord } from '../server/state.ts'
import { inside, type Stack } from '../why/stacks.ts'

/** What changed: the wiring, or only what decides about packets. */
export type Change = 'wiring' | 'rules'

const hearAll = `mount -n -t tmpfs tmpfs /run && mkdir /run/netns || exit
n=0; for path; do : >/run/netns/$n; mount -n --bind "$path" /run/netns/$n; echo netns set $n $n; n=$((n + 1)); done |
  ip -force -batch - 2>/dev/null
echo; exec ip -o monitor all-nsid link address route rule netconf`

/** Programs that are started in a container change no wiring: the checks of a lab do so all the time. */
const isWiring = (events: string): boolean =>
  /"Action":"(start|die|pause|unpause|connect|disconnect|rename|destroy)"/.test(events)

/** From so many places on their rules are looked at only when somebody asks: a process for each would be too many. */
const mostRuleWatchers = 40

/** Watches a lab with these stacks, until `stop`. */
export function watchLab(
  lab: LabRecord,
  stacks: readonly Stack[],
  tell: (change: Change) => void,
): { stop(): void } {
  const children: ChildProcess[] = []
  const watchers: FSWatcher[] = []
  const requests: Array<{ destroy(): void }> = []
  let stopped = false
  const heard = (child: ChildProcess, change: Change, matters: (line: string) => boolean = () => true) => {
    children.push(child)
    child.on('error', () => {}) // without the program the page is only less lively
    let rest = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()?.slice(-4096) ?? ''
      if (!stopped && lines.some(matters)) tell(change)
    })
  }
  const words = ['unshare', '--mount', '--net', 'setpriv', '--pdeathsig', 'KILL', 'sh', '-c', hearAll, '-']
  const [file = '', ...rest] = enterWords(lab.pid, [...words, ...stacks.map(({ path }) => path)], [])
  heard(spawn(file, rest, { env: environment(lab), stdio: ['ignore', 'pipe', 'ignore'] }), 'wiring')

  const { start } = inside(lab)
  // What `why` lays into the firewall for a moment is no change of the lab's.
  const isTheirs = (line: string) => line.trim() !== '' && !/\bwhy_|# new generation/.test(line)
  for (const stack of stacks.slice(0, mostRuleWatchers))
    heard(start(stack, ['nft', 'monitor'], ['ignore', 'pipe', 'ignore']), 'rules', isTheirs)

  for (const { pid, engine } of lab.servers) {
    const folder = `/proc/${pid}/root/run/netns`
    if (existsSync(folder)) watchers.push(watch(folder, () => tell('wiring')))
    if (!engine) continue
    const request = get({ socketPath: engineSocket(pid), path: '/events' }, (response) => {
      response
        .setEncoding('utf8')
        .on('data', (text: string) => isWiring(text) && tell('wiring'))
        .on('error', () => {})
    })
    request.on('error', () => {})
    requests.push(request)
  }
  return {
    stop() {
      stopped = true
      for (const child of children) child.kill('SIGKILL')
      for (const one of watchers) one.close()
      for (const one of requests) one.destroy()
    },
  }
}
