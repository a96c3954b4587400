/** What the machine's own Docker Engine has. It is asked, never started. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { askEngine } from '../server/engine-ask.ts'

const socket = '/run/docker.sock'

/** Whether an engine runs. Behind a socket of systemd's there may be none yet, and a question would start one. */
function runs(): boolean {
  try {
    const pid = readFileSync('/run/docker.pid', 'utf8').trim()
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'dockerd'
  } catch {
    return !existsSync('/run/systemd/system')
  }
}

const ask = <T>(path: string): Promise<T> => askEngine(socket, path)

const short = (id: string): string => id.replace('sha256:', '').slice(0, 12)

/**
 * Containers, networks, images and volumes of the machine's engine; none where none runs, null where it does not
 * answer this user.
 */
export async function dockerObjects(): Promise<string[] | null> {
  if (!existsSync(socket) || !runs()) return []
  try {
    accessSync(socket, constants.R_OK | constants.W_OK)
    const [containers, networks, images, { Volumes: volumes }] = await Promise.all([
      ask<Array<{ Id: string; Names: string[]; Image: string; State: string }>>('/containers/json?all=1'),
      ask<Array<{ Id: string; Name: string; Driver: string }>>('/networks'),
      ask<Array<{ Id: string; RepoTags: string[] | null }>>('/images/json'),
      ask<{ Volumes: Array<{ Name: string; Driver: string }> | null }>('/volumes'),
    ])
    return [
      ...containers.map(
        ({ Id, Names, Image, State }) =>
          `container ${(Names[0] ?? '').replace(/^\//, '')} ${short(Id)} ${Image} ${State}`,
      ),
      ...networks.map(({ Id, Name, Driver }) => `network ${Name} ${short(Id)} ${Driver}`),
      ...images.map(({ Id, RepoTags }) => ['image', ...(RepoTags ?? ['<none>']), short(Id)].join(' ')),
      ...(volumes ?? []).map(({ Name, Driver }) => `volume ${Name} ${Driver}`),
    ].sort()
  } catch {
    return null
  }
}
