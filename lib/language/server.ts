/** A server: the place that all others are on. */
import { command, type Place, type Read } from './command.ts'
import { type DaemonOptions, daemonOptions } from './daemon.ts'
import { compose } from './docker/compose.ts'
import { docker } from './docker/index.ts'
import { looks } from './effects.ts'
import { exactly } from './grammar/missing.ts'
import { hostName } from './names.ts'
import { container, netns, tools } from './place.ts'
import { variable } from './ref.ts'
import { operand, options as readOptions } from './values.ts'

const hostnameOf = (place: Place): Read =>
  Object.freeze({
    ...command(place, ['hostname'], looks, { shows: true }),
    variable: variable(place.name, 'hostname'),
    check: (value: string) => operand(value, 'a host name'),
  })

/** What a server has that another one has not. */
export interface ServerOptions {
  /** Options of its Docker daemon: `{ 'userland-proxy': false }`. dockerd(8), "Daemon configuration file". */
  daemon?: DaemonOptions
}

const serverNamed = (name: string, options: ServerOptions = {}) => {
  const { daemon } = readOptions(options, 'a server', ['daemon'])
  const known = daemon === undefined ? {} : { daemon: daemonOptions(daemon) }
  const place: Place = Object.freeze({ kind: 'server', name: hostName(name), server: name, ...known })
  return Object.freeze({
    ...place,
    ...tools(place),
    docker: docker(place),
    /** A Compose project on this server: its name and its file. */
    compose: exactly('compose()', (project: string, file: URL | string) => compose(place, project, file)),
    /**
     * Its host name, to be read: that of a virtual server is its name here.
     *
     * Example: server1.hostname
     * Equivalent to: `hostname`
     */
    hostname: hostnameOf(place),
    /** A network namespace on this server; its `add()` makes it. */
    netns: exactly('netns()', (name: string) => netns(place, name)),
    /** A container on this server; `docker.run(…)` makes it. */
    container: exactly('container()', (name: string) => container(place, name)),
  })
}
/** A server, and all that can be said on it. */
export interface Server extends ReturnType<typeof serverNamed> {}

/**
 * A Linux machine with a network stack and a Docker Engine. In a lab it is a virtual one, with that host name;
 * its engine starts only when a command needs it. `daemon`: what is in its /etc/docker/daemon.json, beside what the
 * lab needs there. Default: nothing. An engine that does not know an option does not start, and says so.
 */
export const server = exactly(
  'server()',
  (name: string, options: ServerOptions = {}): Server => serverNamed(name, options),
  2,
)
