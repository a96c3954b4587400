/** Compose projects, as in `docker compose up`. */
import { fileURLToPath } from 'node:url'
import { BadInput } from '../../errors.ts'
import { type Command, command, type Place } from '../command.ts'
import { looks } from '../effects.ts'
import { exact, exactly } from '../grammar/missing.ts'
import { dockerName, whole } from '../names.ts'
import { type Container, container } from '../place.ts'
import { variable } from '../ref.ts'
import { path as filePath, must, oneLine, text } from '../values.ts'
import { network } from './network.ts'

/** Checks a project name: lower case letters, digits, `-` and `_` (compose-go, loader.NormalizeProjectName). */
function projectName(name: string): string {
  text(name, 'a Compose project')
  must(
    /^[a-z0-9][a-z0-9_-]*$/.test(name),
    name,
    'is not a Compose project: lower case letters, digits, "-", "_"',
  )
  return name
}

/** The path of a Compose file, which a script names by new URL(…, import.meta.url) or as a text. */
function composeFile(file: URL | string): string {
  if (!(file instanceof URL)) return filePath(file)
  if (file.protocol !== 'file:' || file.host !== '' || /%2f|%00/i.test(file.pathname))
    throw new BadInput(
      `${file.href.slice(0, 60)} is not the URL of a file: new URL('shop.yml', import.meta.url)`,
    )
  return filePath(fileURLToPath(file))
}

/** Values of variables as words before a command, by env(1). */
function environment(values: Readonly<Record<string, string>>): string[] {
  must(typeof values === 'object' && values !== null, values, 'is no object of values: { MODE: … }')
  const words = Object.entries(values).map(([name, value]) => {
    must(/^[A-Za-z_][A-Za-z0-9_]*$/.test(name), name, 'is no name of a variable')
    return `${name}=${oneLine(value, `the value of ${name}`)}`
  })
  return words.length > 0 ? ['env', ...words] : []
}

/** A Compose project on a server: the file, and the networks and containers that it makes. */
export const compose = (place: Place, project: string, file: URL | string) => {
  projectName(project)
  const path = composeFile(file)
  const value = {
    /**
     * Makes the networks and starts the containers of the file. Values for what the file leaves open, as ${MODE}, are
     * given by their names. Default: none.
     *
     * Example: server1.compose('shop', '/srv/shop.yml').up()
     * Equivalent to: `docker compose -p shop -f /srv/shop.yml up -d`
     * Example: server1.compose('shop', '/srv/shop.yml').up({ MODE: 'routed' })
     * Equivalent to: `env MODE=routed docker compose -p shop -f /srv/shop.yml up -d`
     */
    up: (values: Readonly<Record<string, string>> = {}): Command =>
      command(
        place,
        [...environment(values), 'docker', 'compose', '-p', project, '-f', path, 'up', '-d'],
        [{ does: 'makes', kind: 'project', name: project, file: path }],
        {
          undo: { argv: ['docker', 'compose', '-p', project, 'down', '--volumes', '--timeout', '1'] },
          needs: [{ needs: 'file', path }, { needs: 'engine' }],
        },
      ),

    /**
     * Removes the containers and the networks of the project.
     *
     * Example: server1.compose('shop', '/srv/shop.yml').down()
     * Equivalent to: `docker compose -p shop down --timeout 1`
     */
    down: (): Command =>
      command(
        place,
        ['docker', 'compose', '-p', project, 'down', '--timeout', '1'],
        [{ does: 'removes', kind: 'project', name: project }],
      ),

    /**
     * Lists the running containers of the project, a name a line.
     *
     * Example: server1.compose('shop', '/srv/shop.yml').ps()
     * Equivalent to: `docker ps --filter label=com.docker.compose.project=shop --format '{{.Names}}'`
     */
    ps: (): Command =>
      command(
        place,
        ['docker', 'ps', '--filter', `label=com.docker.compose.project=${project}`, '--format', '{{.Names}}'],
        looks,
        { shows: true },
      ),

    /** A network of the file: Compose calls it PROJECT_NAME. */
    network: (name: string) => {
      const full = dockerName(`${project}_${dockerName(name)}`)
      const ofServer = network(place)
      return {
        name: full,
        /** The name of the bridge behind it, to be read. */
        bridge: { ...ofServer.bridge(full), variable: variable(name, 'bridge') },
        /** What the engine knows of it, or one part by a Go template. */
        inspect: exactly('inspect()', (format?: string): Command => ofServer.inspect(full, format)),
      }
    },

    /** A container of a service, counted from 1: Compose calls it PROJECT-SERVICE-NUMBER. */
    container: (service: string, number = 1): Container =>
      container(
        place,
        `${project}-${dockerName(service)}-${whole(number, 'container number', 1, 10000)}`,
        `${service}-${number}`,
      ),
  }
  return exact(['compose()'], value, { container: 2, up: 1 })
}
