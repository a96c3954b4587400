/** Swarms, as in `docker service create`: tables. */
import { OLD } from '../command.ts'
import { flag, many, restOf, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { oneOf, pattern, plainWord, text, textKind, whole } from '../grammar/kinds.ts'
import { word as argument } from '../values.ts'
import { containers, filter, format, image, name, names, optionsFirst, severalOf } from './shared-forms.ts'

const swarmNames = (line: Line) => ({
  kind: 'service' as const,
  name: line.text('name') ?? String(line.subject[0]),
})

/**
 * An engine that joins a swarm makes a network of its own, docker_gwbridge, and keeps it when it leaves. The undo removes it,
 * unless it was there before. Source: docs.docker.com, Manage swarm service networks.
 */
const gateway = 'docker_gwbridge'
const member = {
  facts: () =>
    ({
      undo: {
        argv: [
          'sh',
          '-c',
          `docker swarm leave --force && if [ "$0" = 0 ]; then docker network rm ${gateway}; fi`,
          OLD,
        ],
      },
      needs: [{ needs: 'overlay driver' }],
    }) as const,
  does: () =>
    [
      {
        does: 'makes',
        kind: 'swarm',
        name: 'swarm',
        read: {
          argv: ['docker', 'network', 'ls', '-q', '-f', `name=^${gateway}$`],
          filter: 'wc -l',
        },
      },
    ] as const,
}

/** `docker swarm`, `docker node`, `docker service`. */
export const swarmForms = {
  init: form({
    words: ['docker', 'swarm', 'init'],
    clauses: {
      advertiseAddr: word('--advertise-addr', plainWord('an address', '10.0.0.1')),
      listenAddr: word('--listen-addr', plainWord('an address', '10.0.0.1:2377')),
      dataPathPort: word('--data-path-port', whole('port', 1024, 49151)),
      defaultAddrPool: word('--default-addr-pool', plainWord('a subnet', '10.20.0.0/16')),
    },
    ...member,
  }),
  update: form({
    words: ['docker', 'swarm', 'update'],
    clauses: {
      taskHistoryLimit: word('--task-history-limit', whole('number', 0, 10000)),
      dispatcherHeartbeat: word('--dispatcher-heartbeat', plainWord('a time', '5s')),
      certExpiry: word('--cert-expiry', plainWord('a time', '720h')),
      autolock: flag('--autolock'),
    },
    takes: 'options',
    does: () => [{ does: 'sets', kind: 'swarm', name: 'swarm', key: 'options' }],
  }),
  leave: form({
    words: ['docker', 'swarm', 'leave'],
    clauses: { force: flag('-f', '--force') },
    takes: 'options',
    does: () => [{ does: 'removes', kind: 'swarm', name: 'swarm' }],
  }),
  join: form({
    words: ['docker', 'swarm', 'join'],
    subject: [word([], plainWord('a manager', '10.0.0.1:2377'))],
    clauses: {
      token: word('--token', plainWord('a token', 'SWMTKN-1')),
      advertiseAddr: word('--advertise-addr', plainWord('an address', '10.0.0.1')),
    },
    ...member,
  }),
  joinToken: form({
    words: ['docker', 'swarm', 'join-token'],
    method: 'docker.swarm.joinToken',
    subject: [word([], pattern('a role', /^(worker|manager)$/, 'worker'))],
    clauses: { quiet: flag('-q', '--quiet') },
    takes: 'options',
    looks: true,
  }),
} as const
const role = (value: string) => (line: Line) =>
  containers(line).map((one) => ({ does: 'sets', kind: 'node', name: one, key: 'role', value }) as const)
const scaled = pattern('SERVICE=NUMBER', /^[\w.-]+=\d+$/, 'web=3')
/** One letter will do (swarmkit, service names). */
const service = pattern('the name of a service', /^[a-zA-Z0-9]([\w-]*[a-zA-Z0-9])?$/, 'web')
const command = restOf(textKind<string>('a word', ['ping'], argument))

/** `docker node`. */
export const nodeForms = {
  ls: form({
    words: ['docker', 'node', 'ls'],
    clauses: { filter, quiet: flag('-q', '--quiet') },
    takes: 'options',
    looks: true,
  }),
  inspect: form({
    words: ['docker', 'node', 'inspect'],
    subject: [names],
    clauses: { format, pretty: flag('--pretty') },
    takes: 'options',
    looks: true,
  }),
  ps: form({
    words: ['docker', 'node', 'ps'],
    subject: [names],
    optional: 0,
    clauses: { filter },
    takes: 'options',
    looks: true,
  }),
  update: form({
    words: ['docker', 'node', 'update'],
    subject: [word([], name)],
    clauses: {
      availability: word('--availability', oneOf('availability', 'active', 'pause', 'drain')),
      labelAdd: many(word('--label-add', plainWord('a label', 'rack=1'))),
      labelRm: many(word('--label-rm', plainWord('a label', 'rack'))),
      role: word('--role', oneOf('role', 'worker', 'manager')),
    },
    takes: 'options',
    does: (line) =>
      line.said.map(({ name, words }) => ({
        does: 'sets' as const,
        kind: 'node' as const,
        name: String(line.subject[0]),
        key: name,
        value: words.slice(1).join(' '),
      })),
  }),
  promote: form({
    words: ['docker', 'node', 'promote'],
    subject: [names],
    clauses: {},
    facts: (line) => ({ undo: { argv: ['docker', 'node', 'demote', ...containers(line)] } }),
    does: role('manager'),
  }),
  demote: form({
    words: ['docker', 'node', 'demote'],
    subject: [names],
    clauses: {},
    facts: (line) => ({ undo: { argv: ['docker', 'node', 'promote', ...containers(line)] } }),
    does: role('worker'),
  }),
  rm: form({
    words: ['docker', 'node', 'rm'],
    subject: [names],
    clauses: { force: flag('-f', '--force') },
    takes: 'options',
    does: (line) => containers(line).map((one) => ({ does: 'removes', kind: 'node', name: one }) as const),
  }),
} as const
/** `docker service`. */
export const serviceForms = {
  create: form({
    words: ['docker', 'service', 'create'],
    subject: [word([], image)],
    clauses: {
      name: word('--name', service),
      replicas: word('--replicas', whole('number', 0, 10000)),
      network: many(word('--network', plainWord('a network', 'n1'))),
      publish: many(word(['-p', '--publish'], plainWord('a port', '8080:80'))),
      mode: word('--mode', plainWord('a mode', 'global')),
      mount: many(word('--mount', plainWord('a mount', 'type=volume,source=a,target=/a'))),
      env: many(word(['-e', '--env'], plainWord('a variable', 'A=b'))),
      constraint: many(word('--constraint', text('a rule', 'node.role==worker'))),
      noResolveImage: flag('--no-resolve-image'),
      tty: flag('-t', '--tty'),
      detach: flag('-d', '--detach'),
      endpointMode: word('--endpoint-mode', plainWord('a mode', 'dnsrr')),
      label: many(word(['-l', '--label'], plainWord('a label', 'app=web'))),
      hostname: word('--hostname', plainWord('a host name', 'web')),
      workdir: word(['-w', '--workdir'], plainWord('a folder', '/srv')),
      user: word(['-u', '--user'], plainWord('a user', 'root')),
      capAdd: many(word('--cap-add', plainWord('a capability', 'NET_ADMIN'))),
      dns: many(word('--dns', plainWord('an address', '10.0.0.1'))),
      host: many(word('--host', plainWord('NAME:ADDRESS', 'web:10.0.0.1'))),
      replicasMaxPerNode: word('--replicas-max-per-node', whole('number', 0, 10000)),
      updateDelay: word('--update-delay', plainWord('a time', '10s')),
      updateParallelism: word('--update-parallelism', whole('number', 0, 10000)),
      restartCondition: word('--restart-condition', plainWord('when', 'none')),
      limitMemory: word('--limit-memory', plainWord('a size', '50M')),
      limitCpu: word('--limit-cpu', plainWord('a number', '0.5')),
      quiet: flag('-q', '--quiet'),
      /** What runs in it. Default: what the image says. */
      command,
    },
    print: optionsFirst,
    facts: (line) =>
      line.has('name') ? { undo: { argv: ['docker', 'service', 'rm', String(line.value('name'))] } } : {},
    does: (line) => [{ does: 'makes', ...swarmNames(line) }],
  }),
  ls: form({
    words: ['docker', 'service', 'ls'],
    clauses: { filter, quiet: flag('-q', '--quiet') },
    takes: 'options',
    looks: true,
  }),
  ps: form({
    words: ['docker', 'service', 'ps'],
    subject: [names],
    clauses: { filter, noTrunc: flag('--no-trunc'), quiet: flag('-q', '--quiet') },
    takes: 'options',
    looks: true,
  }),
  rm: form({
    words: ['docker', 'service', 'rm'],
    subject: [names],
    clauses: {},
    does: (line) => containers(line).map((one) => ({ does: 'removes', kind: 'service', name: one }) as const),
  }),
  inspect: form({
    words: ['docker', 'service', 'inspect'],
    subject: [names],
    clauses: { format, pretty: flag('--pretty') },
    takes: 'options',
    looks: true,
  }),
  scale: form({
    words: ['docker', 'service', 'scale'],
    subject: [severalOf(scaled)],
    clauses: { detach: flag('-d', '--detach') },
    takes: 'options',
    does: (line) =>
      containers(line).map((one) => {
        const [name = '', value = ''] = one.split('=')
        return { does: 'sets', kind: 'service', name, key: 'replicas', value } as const
      }),
  }),
  update: form({
    words: ['docker', 'service', 'update'],
    subject: [word([], name)],
    clauses: {
      image: word('--image', image),
      replicas: word('--replicas', whole('number', 0, 10000)),
      publishAdd: many(word('--publish-add', plainWord('a port', '8080:80'))),
      publishRm: many(word('--publish-rm', plainWord('a port', '80'))),
      networkAdd: many(word('--network-add', plainWord('a network', 'n1'))),
      networkRm: many(word('--network-rm', plainWord('a network', 'n1'))),
      envAdd: many(word('--env-add', plainWord('a variable', 'A=b'))),
      envRm: many(word('--env-rm', plainWord('a variable', 'A'))),
      labelAdd: many(word('--label-add', plainWord('a label', 'app=web'))),
      constraintAdd: many(word('--constraint-add', text('a rule', 'node.role==worker'))),
      mountAdd: many(word('--mount-add', plainWord('a mount', 'type=volume,source=a,target=/a'))),
      endpointMode: word('--endpoint-mode', plainWord('a mode', 'dnsrr')),
      limitCpu: word('--limit-cpu', plainWord('a number', '0.5')),
      limitMemory: word('--limit-memory', plainWord('a size', '50M')),
      force: flag('--force'),
      rollback: flag('--rollback'),
      detach: flag('-d', '--detach'),
    },
    takes: 'options',
    does: (line) =>
      line.said.map(({ name, words }) => ({
        does: 'sets' as const,
        kind: 'service' as const,
        name: String(line.subject[0]),
        key: name,
        value: words.slice(1).join(' '),
      })),
  }),
  rollback: form({
    words: ['docker', 'service', 'rollback'],
    subject: [word([], name)],
    clauses: { detach: flag('-d', '--detach') },
    takes: 'options',
    does: (line) => [{ does: 'sets', kind: 'service', name: String(line.subject[0]), key: 'spec' }],
  }),
  logs: form({
    words: ['docker', 'service', 'logs'],
    subject: [word([], name)],
    clauses: {
      tail: word(['-n', '--tail'], plainWord('a number', '10')),
      timestamps: flag('-t', '--timestamps'),
      raw: flag('--raw'),
    },
    takes: 'options',
    looks: true,
  }),
} as const
