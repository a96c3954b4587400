/** Swarms, as in `docker service create`: tables. */
import { flag, many, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { pattern, plainWord, text, whole } from '../grammar/kinds.ts'
import { containers, filter, format, image, name, names } from './shared-forms.ts'

const swarmNames = (line: Line) => ({
  kind: 'service' as const,
  name: line.text('name') ?? String(line.subject[0]),
})

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
    facts: () => ({
      undo: { argv: ['docker', 'swarm', 'leave', '--force'] },
      needs: [{ needs: 'overlay driver' }],
    }),
    does: () => [{ does: 'makes', kind: 'swarm', name: 'swarm' }],
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
    facts: () => ({
      undo: { argv: ['docker', 'swarm', 'leave', '--force'] },
      needs: [{ needs: 'overlay driver' }],
    }),
    does: () => [{ does: 'makes', kind: 'swarm', name: 'swarm' }],
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
    clauses: { format },
    takes: 'options',
    looks: true,
  }),
} as const
/** `docker service`. */
export const serviceForms = {
  create: form({
    words: ['docker', 'service', 'create'],
    subject: [word([], image)],
    clauses: {
      name: word('--name', name),
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
    },
    // What follows the image is the containers' own command.
    print: ({ own, said }) => ['docker', 'service', 'create', ...said.flatMap((one) => one.words), ...own],
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
    clauses: { filter },
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
    subject: [word([], pattern('SERVICE=NUMBER', /^[\w.-]+=\d+$/, 'web=3'))],
    clauses: {},
    does: (line) => [
      {
        does: 'sets',
        kind: 'service',
        name: String(line.subject[0]).split('=')[0] ?? '',
        key: 'replicas',
        value: String(line.subject[0]).split('=')[1] ?? '',
      },
    ],
  }),
} as const
