/** The image of a virtual server's engine. It reaches no registry, so the image comes as a file. */
import { execFile } from 'node:child_process'
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Unable } from '../errors.ts'
import { ownImage } from '../needs/needs.ts'
import { callEngine, type EngineServer } from '../server/engine-api.ts'
import { typed } from '../server/installed.ts'
import { cacheRoot } from '../server/state.ts'

/** Gives the engine of a server the image: the one built at set-up, or one that the machine's own engine has. */
export async function giveImage(server: EngineServer, image: string): Promise<void> {
  const done = ownImage()
    ? await callEngine(server, { call: 'image import', file: builtFile(), image, change: 'CMD ["sh"]' })
    : await callEngine(server, { call: 'image load', file: await savedFile(image) })
  if (done.code !== 0) throw new Unable(`cannot give the engine the image ${image}: ${done.stderr}`)
}

/** The file of the image that set-up has built. */
export function builtFile(): string {
  const file = join(cacheRoot(), 'image.tar')
  if (!existsSync(file))
    throw new Unable(`the image is not built: ${file} is missing`, { hint: typed('setup') })
  return file
}

/** The image as a file in the cache, saved from the machine's own engine the first time that it is asked for. */
async function savedFile(image: string): Promise<string> {
  const id = (await machineDocker(image, 'image', 'inspect', '-f', '{{.Id}}', image)).replace(/^sha256:/, '')
  const file = join(cacheRoot(), `image-${encodeURIComponent(image)}-${id.slice(0, 12)}.tar`)
  if (existsSync(file)) return file
  const draft = `${file}.${process.pid}`
  await machineDocker(image, 'save', '-o', draft, image)
  renameSync(draft, file)
  return file
}

/** What the docker program of this machine prints: the engine that it talks to is the user's own. It is only asked. */
async function machineDocker(image: string, ...argv: string[]): Promise<string> {
  try {
    return (await promisify(execFile)('docker', argv)).stdout.trim()
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() || (error as Error).message
    throw new Unable(said, {
      command: `docker ${argv.join(' ')}`,
      hint: `IMAGE=${image} must be an image that the engine of this machine has: docker pull ${image}`,
    })
  }
}
