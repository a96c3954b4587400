/** The containers of a server as stacks: their names are known to its engine alone, their namespaces to the kernel. */
import { existsSync, readdirSync } from 'node:fs'
import { get } from 'node:http'
import { questionLimit } from '../server/engine-life.ts'
import { engineSocket } from '../server/enter.ts'
import type { ServerRecord } from '../server/state.ts'
import type { Stack } from './stacks.ts'

/** Asks an engine, without the library that is for changing things. undefined for what is not there (any more). */
function ask<T>(pid: number, path: string): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const request = get({ socketPath: engineSocket(pid), path, timeout: questionLimit }, async (response) => {
      try {
        let text = ''
        for await (const part of response.setEncoding('utf8')) text += part
        if (response.statusCode === 404) resolve(undefined)
        else if (response.statusCode === 200) resolve(JSON.parse(text))
        else throw new Error(`${path}: ${response.statusCode}`)
      } catch (error) {
        reject(error)
      }
    })
    request.once('timeout', () => request.destroy(new Error('the engine does not answer')))
    request.once('error', reject)
  })
}

/** A stack of which only the place is known yet. */
export type Found = Pick<Stack, 'place' | 'path' | 'unnamed'>

/**
 * The containers of an engine that does not answer: their namespaces are there, under the names that the engine gave
 * them, so that what goes through them is seen. Which container is which nobody knows.
 */
const unnamed = ({ name: server, pid }: ServerRecord): Found[] => {
  const folder = `/proc/${pid}/root/run/docker/netns`
  return (existsSync(folder) ? readdirSync(folder) : [])
    .filter((id) => id !== 'default')
    .sort()
    .map((id) => ({
      place: { kind: 'container', name: `container-${id}`, server },
      path: `${folder}/${id}`,
      unnamed: true,
    }))
}

/** The containers of a server, by name where its engine answers. */
export async function containersOf(record: ServerRecord): Promise<Found[]> {
  try {
    return await namedContainers(record)
  } catch {
    return unnamed(record)
  }
}

async function namedContainers({ name: server, pid }: ServerRecord): Promise<Found[]> {
  const list = (await ask<Array<{ Id: string }>>(pid, '/containers/json')) ?? []
  const all = list.map(async ({ Id }): Promise<Found | undefined> => {
    type Details = {
      Name: string
      NetworkSettings: { SandboxKey: string }
      Config: { Labels: Record<string, string> }
    }
    const details = await ask<Details>(pid, `/containers/${Id}/json`)
    if (!details) return undefined // it ended meanwhile
    const { Name, NetworkSettings, Config } = details
    const name = Name.replace(/^\//, '')
    const project = `${Config.Labels['com.docker.compose.project']}-`
    const label = name.startsWith(project) ? { label: name.slice(project.length) } : {}
    // Seen from the machine, /var/run would be the machine's own.
    const path = `/proc/${pid}/root${NetworkSettings.SandboxKey.replace(/^\/var\/run/, '/run')}`
    return { place: { kind: 'container', name, server, ...label }, path }
  })
  const found = (await Promise.all(all)).filter((one) => one !== undefined)
  return found.sort((a, b) => a.place.name.localeCompare(b.place.name))
}
