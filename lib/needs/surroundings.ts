/** What this machine itself runs in: a container, or Windows. Namespaces may be refused from outside of it. */
import { existsSync, readFileSync } from 'node:fs'
import { type Finding, fail, ok } from './finding.ts'

/** What tells of it: files that are there, the words of /proc/version, the environment. */
export interface Signs {
  exists: (file: string) => boolean
  version: string
  env: Readonly<Record<string, string | undefined>>
}

const text = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '')

/** The signs of this machine. */
export const signs = (): Signs => ({
  exists: existsSync,
  version: text('/proc/version'),
  env: process.env,
})

/** The kind of container that this is; undefined where it is none. */
export function container({ exists, env }: Signs = signs()): string | undefined {
  if (exists('/.dockerenv')) return 'Docker'
  if (exists('/run/.containerenv')) return 'Podman'
  if (env.KUBERNETES_SERVICE_HOST) return 'Kubernetes'
  return env.container || (exists('/run/systemd/container') ? text('/run/systemd/container') : undefined)
}

/** What to do where a container refuses what labs need. */
export const letContainer = (kind: string): string =>
  kind === 'Kubernetes'
    ? 'The pod needs securityContext: privileged: true.'
    : `${kind === 'Podman' ? 'podman' : 'docker'} run --privileged …: without it a container may not make namespaces and mounts.`

/** The system, and what it runs in. */
export function system(found: Signs = signs(), platform: string = process.platform): Finding {
  if (platform !== 'linux')
    return fail('system', platform, 'Labs need Linux: namespaces are a thing of its kernel.')
  if (/microsoft/i.test(found.version))
    return /WSL2|microsoft-standard/.test(found.version)
      ? ok('system', 'Linux, in WSL 2')
      : fail('system', 'WSL 1', 'It has no Linux kernel. In Windows: wsl --set-version <distribution> 2')
  const kind = container(found)
  return ok('system', kind ? `Linux, in a container (${kind})` : 'Linux')
}
