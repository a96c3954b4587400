/** The servers of a lab whose first one is this machine itself; the others are virtual. */
import type { Listener } from '../lab/events.ts'
import { byEntering, type RunningServer, type Servers, serversOf } from '../server/servers.ts'
import { hostFolder, type LabRecord, type ServerRecord } from '../server/state.ts'
import { virtualKinds } from '../virtual/servers.ts'
import { marking } from './mark.ts'
import { ownThings } from './own.ts'
import { currentValue, readWords } from './settings.ts'
import { inLabFolder, machineEngine, startedFor } from './started.ts'

/** This machine: what is made on it bears the lab's mark, and its settings are read before they are changed. */
function thisMachine(lab: LabRecord, server: ServerRecord): RunningServer {
  const entered = byEntering({ lab, server }, startedFor(lab), (argv) => inLabFolder(lab.name, argv))
  const own = ownThings()
  return {
    ...entered,
    async startEngine() {
      await machineEngine()
      server.engine = true
    },
    around: marking(lab.name),
    async before(command) {
      const words = command.place.server === server.name ? readWords(command) : undefined
      const old = words === undefined || own.isOf(command) ? undefined : await currentValue(words, entered)
      own.note(command)
      return old
    },
  }
}

/** The servers of a lab on this machine. */
export function hostServers(record: LabRecord, tell: Listener = () => {}): Servers {
  const virtual = virtualKinds(record, tell)
  return serversOf(record, {
    ...virtual,
    open: (server) => (server.host ? thisMachine(record, server) : virtual.open(server)),
    folder: hostFolder(record.name),
    careful: true,
  })
}
