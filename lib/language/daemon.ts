/** Options of a server's Docker daemon, as daemon.json has them (dockerd(8)). */
import { BadInput } from '../errors.ts'
import { must } from './values.ts'

/** What JSON can say. */
export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json }

/** The keys of daemon.json, as in `{ 'userland-proxy': false }`. */
export type DaemonOptions = { readonly [key: string]: Json }

/** What a virtual server's engine has from its lab; and what makes it another one than the lab knows. */
const owned = [
  'data-root',
  'exec-root',
  'pidfile',
  'hosts',
  'containerd',
  'containerd-namespace',
  'config-file',
]

function isJson(value: unknown): value is Json {
  if (typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false
  return Object.values(value).every(isJson)
}

/** Checks the options of a daemon. Whether an engine knows them, only that engine can say, when it starts. */
export function daemonOptions(options: DaemonOptions): DaemonOptions {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options)
  must(
    isObject,
    options,
    "cannot be options of the daemon: say them as daemon.json has them, { 'userland-proxy': false }",
  )
  for (const [key, value] of Object.entries(options)) {
    must(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(key), key, 'is no key of daemon.json')
    if (owned.includes(key))
      throw new BadInput(`${key} is the lab's own: its engine lives inside of the server`)
    must(isJson(value), value, `cannot be the value of ${key}: it must be what JSON can say`)
  }
  return Object.freeze(structuredClone(options))
}
