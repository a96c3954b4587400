/** Prints all that a lab could have changed on the machine that this runs on, its engine's objects among it, as JSON. */
import { execFileSync } from 'node:child_process'
import { snapshot } from '../machine.ts'

const docker = (...words: string[]): string =>
  execFileSync('docker', words, { encoding: 'utf8' }).split('\n').sort().join('\n')

const look = {
  ...snapshot(),
  containers: docker('ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.Names}} {{.State}}'),
  networks: docker('network', 'ls', '--no-trunc', '--format', '{{.ID}} {{.Name}} {{.Driver}}'),
  images: docker('image', 'ls', '--all', '--no-trunc', '--format', '{{.ID}} {{.Repository}}:{{.Tag}}'),
  volumes: docker('volume', 'ls', '--format', '{{.Name}}'),
}
process.stdout.write(JSON.stringify(look))
