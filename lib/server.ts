import type { Place } from './command.ts'
import { compose } from './docker/compose.ts'
import { docker } from './docker/index.ts'
import { hostName } from './names.ts'
import { container, netns, tools } from './place.ts'

/**
 * A Linux machine with a network stack and a Docker Engine. In a lab it is a virtual one, with that host name;
 * its engine starts only when a command needs it.
 */
export const server = (name: string) => {
  const place: Place = Object.freeze({ kind: 'server', name: hostName(name), server: name })
  return Object.freeze({
    ...place,
    ...tools(place),
    docker: docker(place),
    /** A Compose project on this server: its name and its file. */
    compose: (project: string, file: URL | string) => compose(place, project, file),
    /** A network namespace on this server; its `add()` makes it. */
    netns: (name: string) => netns(place, name),
    /** A container on this server; `docker.run(…)` makes it. */
    container: (name: string) => container(place, name),
  })
}
export type Server = ReturnType<typeof server>
