/** The options of `docker run` that have no call of the Engine API here: the docker program runs them, as they are. */
import { flag, many, word } from '../grammar/clause.ts'
import {
  address,
  address6,
  any,
  type Kind,
  mac,
  oneOf,
  pattern,
  plainWord,
  text,
  whole,
} from '../grammar/kinds.ts'

/** KEY=VALUE. */
export const pair = (says: string, like: string): Kind<string> => pattern(says, /^[^\s=][^=]*=[\s\S]*$/, like)
/** A folder in a container. */
export const folder = pattern('a folder', /^(\/|\uE000)\S*$/, '/srv')
const volume = pattern(
  'a volume: SOURCE:FOLDER, or a folder',
  /^(\/|[\w.~$]|\uE000)[^\s,]*$/,
  '/srv:/srv:ro',
  'data:/data',
  '/data',
)
const size = pattern('a size', /^\d+(b|k|m|g)?$/i, '64m')

/** Beside those that docker/container.ts has itself. */
export const extraClauses = {
  /** Removes it when it ends: `--rm` */
  rm: flag('--rm'),
  /** A folder, or a volume of the engine, in it: `-v` */
  volume: many(word(['-v', '--volume'], volume)),
  /** As volume, in the longer way: `--mount` */
  mount: many(word('--mount', pair('a mount', 'type=bind,source=/srv,target=/srv'))),
  /** A folder in memory: `--tmpfs` */
  tmpfs: many(word('--tmpfs', pattern('a folder', /^\/\S*$/, '/run'))),
  /** The volumes of another container: `--volumes-from` */
  volumesFrom: many(word('--volumes-from', plainWord('a container', 'a1'))),
  /** When it is started again: `--restart` */
  restart: word(
    '--restart',
    pattern('when', /^(no|always|unless-stopped|on-failure(:\d+)?)$/, 'always', 'on-failure:3'),
  ),
  /** Its variables, a line each, from a file: `--env-file` */
  envFile: many(word('--env-file', plainWord('a file', '/srv/env'))),
  /** The folder that it starts in: `-w` */
  workdir: word(['-w', '--workdir'], folder),
  /** The user that it runs as: `-u` */
  user: word(['-u', '--user'], plainWord('a user', '1000:1000')),
  /** The program that is started in the place of the image's: `--entrypoint` */
  entrypoint: word('--entrypoint', pattern('a program', /^\S*$/, 'sh')),
  /** A parameter of the kernel, in it: `--sysctl` */
  sysctl: many(
    word('--sysctl', pattern('KEY=VALUE', /^[a-z0-9_]+(\.[\w-]+)+=[^\r\n]*$/, 'net.ipv4.ip_forward=1')),
  ),
  /** A line of its /etc/hosts: `--add-host` */
  addHost: many(word('--add-host', pattern('NAME:ADDRESS', /^[\w.-]+[:=](\S+)$/, 'web:10.0.0.1'))),
  /** The name server that it asks: `--dns` */
  dns: many(word('--dns', pattern('an address', /^[0-9a-f.:]+$/i, '10.0.0.1'))),
  /** Tried behind a name: `--dns-search` */
  dnsSearch: many(word('--dns-search', pattern('a name', /^[\w.-]+$/, 'example.org'))),
  /** An option of resolv.conf: `--dns-option` */
  dnsOption: many(word(['--dns-option', '--dns-opt'], plainWord('an option', 'ndots:1'))),
  /** A further name in its network: `--network-alias` */
  networkAlias: many(word(['--network-alias', '--net-alias'], pattern('a name', /^[\w.-]+$/, 'web'))),
  /** A fixed IPv6 address in its network: `--ip6` */
  ip6: word('--ip6', address6),
  /** Its MAC address: `--mac-address` */
  macAddress: word('--mac-address', mac),
  /** The name of another container, in the older way: `--link` */
  link: many(word('--link', pattern('CONTAINER:ALIAS', /^[\w.-]+(:[\w.-]+)?$/, 'web:www'))),
  /** A label: `-l` */
  label: many(word(['-l', '--label'], plainWord('a label', 'app=web'))),
  /** A device of the machine: `--device` */
  device: many(word('--device', pattern('a device', /^\/\S+$/, '/dev/net/tun'))),
  /** A right that it does without: `--cap-drop` */
  capDrop: many(word('--cap-drop', pattern('a capability', /^(CAP_)?[A-Z_]+$/i, 'NET_RAW'))),
  /** A rule of the machine's security: `--security-opt` */
  securityOpt: many(word('--security-opt', plainWord('a rule', 'seccomp=unconfined'))),
  /** A port that it listens on, as a remark: `--expose` */
  expose: many(
    word(
      '--expose',
      any(whole('port', 1, 65535), pattern('ports', /^\d+(-\d+)?(\/(tcp|udp|sctp))?$/, '53/udp')),
    ),
  ),
  /** Publishes all ports that the image names: `-P` */
  publishAll: flag('-P', '--publish-all'),
  /** Its file system cannot be written to: `--read-only` */
  readOnly: flag('--read-only'),
  /** A limit: `--ulimit` */
  ulimit: many(word('--ulimit', plainWord('a limit', 'nofile=1024:2048'))),
  /** Whose processes it sees: `--pid` */
  pid: word('--pid', pattern('a namespace', /^(host|container:\S+)$/, 'host')),
  /** Whose shared memory it sees: `--ipc` */
  ipc: word('--ipc', pattern('a namespace', /^(host|none|private|shareable|container:\S+)$/, 'host')),
  /** Whose users it has: `--userns` */
  userns: word('--userns', oneOf('namespace', 'host')),
  /** Whose host name it has: `--uts` */
  uts: word('--uts', oneOf('namespace', 'host')),
  /** How much memory it may have: `-m` */
  memory: word(['-m', '--memory'], size),
  /** How many processors it may use: `--cpus` */
  cpus: word('--cpus', pattern('a number', /^\d*\.?\d+$/, '0.5')),
  /** Where its number is written: `--cidfile` */
  cidfile: word('--cidfile', plainWord('a file', '/run/a1.cid')),
  /** Where its output goes: `--log-driver` */
  logDriver: word('--log-driver', plainWord('a driver', 'none')),
  /** An option of that: `--log-opt` */
  logOpt: many(word('--log-opt', pair('an option', 'max-size=1m'))),
  /** What it runs on: `--platform` */
  platform: word('--platform', plainWord('a platform', 'linux/amd64')),
  /** When it is fetched: `--pull` */
  pull: word('--pull', oneOf('when', 'always', 'missing', 'never')),
  /** The signal that stops it: `--stop-signal` */
  stopSignal: word('--stop-signal', plainWord('a signal', 'SIGTERM')),
  /** How long it may take to stop, in seconds: `--stop-timeout` */
  stopTimeout: word('--stop-timeout', whole('number of seconds', 0, 86400)),
  /** A small program of docker's own is its first process: `--init` */
  init: flag('--init'),
  /** Tells whether it is well: `--health-cmd` */
  healthCmd: word('--health-cmd', text('a command', 'curl -f localhost')),
  /** How often that is asked: `--health-interval` */
  healthInterval: word('--health-interval', plainWord('a time', '5s')),
  healthRetries: word('--health-retries', whole('number', 1, 1000)),
  healthTimeout: word('--health-timeout', plainWord('a time', '3s')),
  healthStartPeriod: word('--health-start-period', plainWord('a time', '3s')),
  healthStartInterval: word('--health-start-interval', plainWord('a time', '1s')),
  noHealthcheck: flag('--no-healthcheck'),
  cpuShares: word(['-c', '--cpu-shares'], whole('number', 0, 262144)),
  cpusetCpus: word('--cpuset-cpus', plainWord('processors', '0-1')),
  cpusetMems: word('--cpuset-mems', plainWord('nodes of memory', '0')),
  cpuPeriod: word('--cpu-period', whole('microseconds', 1000, 1000000)),
  cpuQuota: word('--cpu-quota', whole('microseconds', 0, 1000000000)),
  memoryReservation: word('--memory-reservation', size),
  memorySwappiness: word('--memory-swappiness', whole('number', -1, 100)),
  oomKillDisable: flag('--oom-kill-disable'),
  oomScoreAdj: word('--oom-score-adj', whole('number', -1000, 1000)),
  cgroupParent: word('--cgroup-parent', plainWord('a control group', 'lab')),
  deviceCgroupRule: many(
    word('--device-cgroup-rule', pattern('a rule', /^[abc] \S+ [rwm]+$/, 'c 10:200 rwm')),
  ),
  storageOpt: many(word('--storage-opt', pair('an option', 'size=1G'))),
  volumeDriver: word('--volume-driver', plainWord('a driver', 'local')),
  labelFile: many(word('--label-file', plainWord('a file', '/srv/labels'))),
  /** An address of the link itself: `--link-local-ip` */
  linkLocalIp: many(word('--link-local-ip', address)),
  /** The keys that leave it: `--detach-keys` */
  detachKeys: word('--detach-keys', plainWord('keys', 'ctrl-x')),
  /** Says nothing while the image is fetched: `-q` */
  quiet: flag('-q', '--quiet'),
  memorySwap: word('--memory-swap', plainWord('a size', '64m')),
  pidsLimit: word('--pids-limit', whole('number', -1, 1e6)),
  groupAdd: many(word('--group-add', plainWord('a group', 'root'))),
  gpus: word('--gpus', plainWord('which', 'all')),
  runtime: word('--runtime', plainWord('a runtime', 'runc')),
  cgroupns: word('--cgroupns', oneOf('namespace', 'host', 'private')),
  domainname: word('--domainname', plainWord('a domain', 'example.org')),
  annotation: many(word('--annotation', plainWord('a remark', 'a=b'))),
  /** How much shared memory it has: `--shm-size` */
  shmSize: word('--shm-size', size),
} as const

/** All, for reading: with those of docker/container.ts. */
export const runClauses = {
  ...extraClauses,
  network: word(['--network', '--net'], text('a network', 'n1')),
  ip: word('--ip', pattern('an address', /^[\d.]+$/, '10.0.0.1')),
  publish: many(word(['-p', '--publish'], text('a port', '8080:80'))),
  hostname: word(['-h', '--hostname'], text('a name', 'web')),
  env: many(word(['-e', '--env'], pair('a variable', 'A=b'))),
  capAdd: many(word('--cap-add', text('a capability', 'NET_ADMIN'))),
  privileged: flag('--privileged'),
} as const
