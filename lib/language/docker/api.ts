/**
 * Calls of the Docker Engine API, as data. Each docker command carries the call that does the same, because a
 * call takes a fraction of the time that starting the docker program takes. A test runs both and compares.
 * The bodies are those of https://docs.docker.com/reference/api/engine/.
 */
export type ApiCall =
  | { readonly call: 'network create'; readonly body: NetworkBody }
  | { readonly call: 'network connect'; readonly network: string; readonly body: ConnectBody }
  | { readonly call: 'network rm'; readonly network: string }
  | { readonly call: 'run'; readonly name: string; readonly body: ContainerBody }
  | { readonly call: 'rm'; readonly container: string }
  | {
      readonly call: 'container address'
      readonly container: string
      readonly network?: string
      readonly field: 'IPAddress' | 'GlobalIPv6Address'
    }
  | { readonly call: 'network bridge'; readonly network: string }
  | { readonly call: 'image import'; readonly file: string; readonly image: string; readonly change?: string }
  | { readonly call: 'image load'; readonly file: string }

export interface NetworkBody {
  readonly Name: string
  readonly Driver?: string
  readonly Internal?: boolean
  readonly Attachable?: boolean
  readonly IPAM: { readonly Driver: string; readonly Options: object; readonly Config: readonly IpamConfig[] }
  readonly Options: Readonly<Record<string, string>>
  readonly Labels: Readonly<Record<string, string>>
}

export interface IpamConfig {
  readonly Subnet?: string
  readonly Gateway?: string
  readonly IPRange?: string
}

export interface ConnectBody {
  readonly Container: string
  readonly EndpointConfig?: Endpoint
}

export interface Endpoint {
  readonly IPAMConfig?: { readonly IPv4Address?: string; readonly IPv6Address?: string }
  readonly Aliases?: readonly string[]
}

export interface ContainerBody {
  readonly Image: string
  readonly Cmd?: readonly string[]
  readonly Hostname?: string
  readonly Labels?: Readonly<Record<string, string>>
  readonly Env?: readonly string[]
  readonly Tty?: boolean
  readonly OpenStdin?: boolean
  readonly ExposedPorts?: Readonly<Record<string, object>>
  readonly HostConfig?: {
    readonly NetworkMode?: string
    readonly Privileged?: boolean
    readonly CapAdd?: readonly string[]
    readonly PortBindings?: Readonly<Record<string, ReadonlyArray<{ HostIp: string; HostPort: string }>>>
  }
  readonly NetworkingConfig?: { readonly EndpointsConfig: Readonly<Record<string, Endpoint>> }
}
