/** Containers, as in `docker run`. */
import { BadInput } from '../../errors.ts'
import { type Command, command, type Place, withClauses } from '../command.ts'
import type { Port } from '../effects.ts'
import { type Clauses, noMoreThan } from '../grammar/clause.ts'
import type { Methods } from '../grammar/form.ts'
import { say } from '../grammar/form.ts'
import { exact } from '../grammar/missing.ts'
import type { Options } from '../grammar/options.ts'
import type { Fluent } from '../grammar/speak.ts'
import { dockerName, hostName, type Ipv4, imageName, ipv4 } from '../names.ts'
import { otherProgram } from '../programs.ts'
import { must, oneLine, program, text, word } from '../values.ts'
import type { ContainerBody } from './api.ts'
import { execForm, ps, rm, runOnce } from './container-forms.ts'
import { otherPublication, published } from './publication.ts'
import { extraClauses } from './run-clauses.ts'

/** What `docker run` was told so far: the words, and the same in the API's terms. */
interface Spec {
  readonly words: readonly string[]
  readonly body: ContainerBody
  readonly network?: string
  readonly ip?: string
  readonly ports?: readonly Port[]
  /** Options that only the docker program knows: by name, those that were said. */
  readonly extra?: readonly string[]
}

/** A container in the making; every clause returns a new command. */
export interface Run extends Command, Methods<typeof extraClauses, Run> {
  /** The network it is plugged into, or `host` or `none`. Default: the default bridge. `--network` */
  network(name: string): Run
  /** A fixed address in that network, which must be one with a subnet of its own. `--ip` */
  ip(address: Ipv4): Run
  /** Publishes a port of the container: `8080:80`, `127.0.0.1:8080:80`, `8080:80/udp`. `-p` */
  publish(spec: string): Run
  /** The host name inside. Default: the container's short id. `--hostname` */
  hostname(name: string): Run
  /** An environment variable. `-e` */
  env(name: string, value: string): Run
  /** A capability, as in NET_ADMIN. `--cap-add` */
  capAdd(capability: string): Run
  /** All capabilities and devices. `--privileged` */
  privileged(): Run
  /** What runs in it. Default: what the image says. */
  command(...argv: string[]): Run
}

/** A host name in a container: with a domain, and with `_`. */
const containerHost = (name: string): string => {
  if (typeof name !== 'string' || !/^[a-z0-9_]([\w.-]{0,61}[a-z0-9_])?$/i.test(name) || !/[_.]/.test(name))
    return hostName(name)
  return name
}

/** The capabilities of Linux (capabilities(7)), with or without CAP_ before them. */
const capabilities =
  'ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM'.split(
    ' ',
  )

function capabilityName(name: string): string {
  text(name, 'a capability')
  const known = capabilities.includes(name.toUpperCase().replace(/^CAP_/, ''))
  must(known, name, 'is not a capability, as in NET_ADMIN: capabilities(7) lists them')
  return name
}

function run(
  place: Place,
  image: string,
  name: string,
  spec: Spec,
  argv: readonly string[],
  from?: Command,
): Run {
  const networking =
    spec.network === undefined || spec.network === 'host' || spec.network === 'none'
      ? {}
      : {
          NetworkingConfig: {
            EndpointsConfig: {
              [spec.network]: spec.ip ? { IPAMConfig: { IPv4Address: spec.ip } } : {},
            },
          },
        }
  const body = { ...spec.body, ...networking, ...(argv.length > 0 ? { Cmd: argv } : {}) }
  const value = command(
    place,
    ['docker', 'run', '-dit', '--name', name, ...spec.words, image, ...argv],
    [
      {
        does: 'makes',
        kind: 'container',
        name,
        ...(spec.network === undefined ? {} : { network: spec.network }),
        ...(spec.ports === undefined ? {} : { ports: spec.ports }),
      },
    ],
    {
      undo: { argv: ['docker', 'rm', '-f', name] },
      // What the call does not say, the docker program does.
      ...(spec.extra === undefined ? { api: { call: 'run', name, body } as const } : {}),
    },
    from,
  )
  return withClauses(value, (self) => {
    const host = spec.body.HostConfig ?? {}
    const once = (flag: string, said: unknown) => {
      if (said) throw new BadInput(`${flag} stands in the run of ${name} already: it can stand once`)
    }
    const also = (words: string[], more: Partial<ContainerBody>, facts: Partial<Spec> = {}) =>
      run(
        place,
        image,
        name,
        { ...spec, ...facts, words: [...spec.words, ...words], body: { ...spec.body, ...more } },
        argv,
        self,
      )
    return exact(
      ['docker', 'run'],
      {
        ...extraMethods(spec.extra ?? [], name, (words, extra) => also(words, {}, { extra })),
        network: (network: string) => {
          once('--network', spec.network)
          if (/^container:./.test(network)) {
            dockerName(network.slice('container:'.length))
            return also(['--network', network], {}, { network, extra: [...(spec.extra ?? []), 'network'] })
          }
          return also(
            ['--network', dockerName(network)],
            { HostConfig: { ...host, NetworkMode: network } },
            { network },
          )
        },
        ip: (address: Ipv4) => {
          once('--ip', spec.ip)
          ipv4(address)
          if (spec.network === undefined)
            throw new BadInput(`the address ${address} of ${name} needs a network before it`)
          if (noFixedAddress.includes(spec.network))
            throw new BadInput(
              `in the network ${spec.network} no address can be chosen: make one with a subnet`,
            )
          return also(['--ip', address], {}, { ip: address })
        },
        publish: (text: string) => {
          if (typeof text === 'string' && otherPublication(text))
            return also(['-p', text], {}, { extra: [...(spec.extra ?? []), 'publish'] })
          const { key, binding, taken } = published(text)
          const PortBindings = {
            ...host.PortBindings,
            [key]: [...(host.PortBindings?.[key] ?? []), binding],
          }
          return also(
            ['-p', text],
            {
              ExposedPorts: { ...spec.body.ExposedPorts, [key]: {} },
              HostConfig: { ...host, PortBindings },
            },
            { ports: [...(spec.ports ?? []), taken] },
          )
        },
        hostname: (text: string) => {
          once('--hostname', spec.body.Hostname)
          return also(['--hostname', containerHost(text)], { Hostname: text })
        },
        env: (key: string, text: string) => {
          oneLine(key, 'the name of a variable')
          must(!key.includes('='), key, 'is not the name of a variable: it holds "="')
          const pair = `${key}=${word(text)}`
          return also(['-e', pair], { Env: [...(spec.body.Env ?? []), pair] })
        },
        capAdd: (capability: string) =>
          also(['--cap-add', capabilityName(capability)], {
            HostConfig: { ...host, CapAdd: [...(host.CapAdd ?? []), capability] },
          }),
        privileged: () => {
          once('--privileged', host.Privileged)
          return also(['--privileged'], { HostConfig: { ...host, Privileged: true } })
        },
        command: (...words: string[]) => {
          once('the command', argv.length > 0)
          if (words.length === 0) program(words)
          // Behind the image nothing is an option of docker's.
          return run(place, image, name, spec, words.map(word), self)
        },
      },
      { command: Infinity, ...ofExtra },
    ) as Run
  }) as Run
}

/** The methods of the options that only the docker program knows. */
const extraMethods = (
  said: readonly string[],
  name: string,
  also: (words: string[], extra: readonly string[]) => Run,
): Record<string, (...args: unknown[]) => Run> =>
  Object.fromEntries(
    Object.entries(extraClauses as Clauses).map(([key, clause]) => [
      key,
      (...args: unknown[]) => {
        if (!clause.many && said.includes(key))
          throw new BadInput(`${clause.words[0]} stands in the run of ${name} already: it can stand once`)
        const words = clause.print(args as never)
        noMoreThan(key, clause, args)
        return also(words, [...said, key])
      },
    ]),
  )

/** They count their values themselves. */
const ofExtra = Object.fromEntries(Object.keys(extraClauses).map((name) => [name, Infinity]))

/** Networks in which the engine gives the addresses, or there are none (docker-run(1), --ip). */
const noFixedAddress = ['bridge', 'default', 'host', 'none']

/** Containers of the engine, as `docker run`, `docker ps`, `docker rm`. */
export const containers = (place: Place) =>
  exact(
    ['docker'],
    {
      /**
       * Starts a container in the background, with a terminal, as the slides do. It needs a name, so that it can be
       * found and removed.
       *
       * Example: server1.docker.run('alpine').name('alpine1').network('alpine-net')
       * Equivalent to: `docker run -dit --name alpine1 --network alpine-net alpine`
       * Example: server1.docker.run('alpine').name('web').publish('8080:80').command('sleep', '60')
       * Equivalent to: `docker run -dit --name web -p 8080:80 alpine sleep 60`
       */
      run: (image: string) => {
        imageName(image)
        return exact(['docker', 'run'], {
          name: (name: string): Run =>
            run(
              place,
              image,
              dockerName(name),
              { words: [], body: { Image: image, Tty: true, OpenStdin: true } },
              [],
            ),
        })
      },

      /**
       * Runs a program in a container of its own, and waits for its end; then the container is gone. Its output is shown.
       *
       * Example: server1.docker.runOnce('alpine').network('n1').command('ping', '-c', '1', 'web')
       * Equivalent to: `docker run --rm --network n1 alpine ping -c 1 web`
       */
      runOnce: (image: string): Fluent<typeof runOnce.clauses> => say(place, runOnce, image),

      /**
       * Removes a container, or several, running or not; `force: false`: only when it has ended.
       *
       * Example: server1.docker.rm('alpine1')
       * Equivalent to: `docker rm -f alpine1`
       */
      rm: (name: string | readonly string[], options?: Options<typeof rm.clauses>): Command =>
        say(place, rm, name, { force: true, ...options }),

      /**
       * Runs a program in a running container.
       *
       * Example: server1.docker.exec('alpine1', 'ip', 'addr')
       * Equivalent to: `docker exec alpine1 ip addr`
       * Example: server1.docker.exec('alpine1', { user: 'root', workdir: '/srv' }, 'ls', '-l')
       * Equivalent to: `docker exec -u root -w /srv alpine1 ls -l`
       */
      exec: (
        name: string,
        ...said: string[] | [options: Options<typeof execForm.clauses>, ...argv: string[]]
      ): Command => {
        const [options, ...words] = said
        if (typeof options === 'object' && options !== null) return say(place, execForm, name, words, options)
        const argv = said as string[]
        return command(
          { kind: 'container', name: dockerName(name), server: place.server },
          program(argv),
          otherProgram(argv),
          { shows: true },
        )
      },

      /**
       * Lists the running containers; `format` is a Go template, `filters` as in `label=app`.
       *
       * Example: server1.docker.ps()
       * Equivalent to: `docker ps`
       * Example: server1.docker.ps({ format: '{{.Names}}', filters: ['network=alpine-net'] })
       * Equivalent to: `docker ps --filter network=alpine-net --format '{{.Names}}'`
       */
      ps: (of?: Options<typeof ps.clauses>): Command => say(place, ps, of ?? {}),
    },
    { exec: Infinity },
  )
