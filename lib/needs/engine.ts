/** Whether an engine that answers is one to build on: asked before anything is made on it. */
import { dirname } from 'node:path'
import { Unable } from '../errors.ts'
import type { Run } from '../look/ip.ts'
import { findProgram } from '../server/path.ts'

/** As `GET /version` tells it. */
export interface EngineVersion {
  Version: string
  ApiVersion: string
  /** The oldest that it accepts: 1.24 up to Engine 28, 1.44 and 1.40 later. */
  MinAPIVersion?: string
}

/** Whether a version of the API is that one, or a later one: 1.9 comes before 1.24. */
export function apiAtLeast(version: string, least: string): boolean {
  const [[major = 0, minor = 0], [leastMajor = 0, leastMinor = 0]] = [version, least].map((one) =>
    one.split('.').map(Number),
  ) as [number[], number[]]
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}

/** The folder that an engine was unpacked in, whatever part of it holds a program. */
const unpacked = (file: string | undefined): string => dirname(file ?? '').replace(/\/s?bin$/, '')

/** Whether docker and the engine may have no version of the API in common: all that accept 1.24 know each other's. */
const mayDiffer = (path: string, { MinAPIVersion = '1.24' }: EngineVersion): boolean =>
  apiAtLeast(MinAPIVersion, '1.25') ||
  unpacked(findProgram('docker', path)) !== unpacked(findProgram('dockerd', path))

/**
 * Throws Unable where docker(1) and the engine do not understand each other, and where the kernel has no table raw, in
 * which engines since 28 drop what comes past the host. `path` is the PATH of the server.
 */
export async function mustFit(
  run: Run,
  path: string,
  engine: EngineVersion,
  nftables: boolean,
): Promise<void> {
  if (mayDiffer(path, engine)) {
    const { code, stderr } = await run(['docker', 'version', '--format', '{{.Server.APIVersion}}'])
    if (code !== 0)
      throw new Unable(stderr.trim(), {
        command: 'docker version',
        hint: `The docker command and Docker Engine ${engine.Version} have no version of the API in common: take both from one release.`,
      })
  }
  if (nftables || !apiAtLeast(engine.ApiVersion, '1.48')) return
  const { code, stderr } = await run(['iptables', '-t', 'raw', '-S'])
  if (code !== 0)
    throw new Unable(stderr.trim(), {
      command: 'iptables -t raw -S',
      hint: `Docker Engine ${engine.Version} needs table raw for every container: modprobe iptable_raw, or take an engine before 28 (ENGINE=26.1).`,
    })
}
