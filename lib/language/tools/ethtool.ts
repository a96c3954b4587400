/** The words of ethtool(8), as tables. */
import { type Clause, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { ifname, oneOf, onOff, pattern, whole } from '../grammar/kinds.ts'

const number = (says: string, max = 0xffffffff) => whole(says, 0, max)
const subject = (line: Line, index = 0): string => String(line.subject[index] ?? '')

const features = [
  'rx',
  'tx',
  'sg',
  'tso',
  'ufo',
  'gso',
  'gro',
  'lro',
  'rxvlan',
  'txvlan',
  'ntuple',
  'rxhash',
] as const
const own = word([], ifname)

const asked = (option: string, name: string, ...other: string[]) =>
  form({
    words: ['ethtool', option],
    verbs: other,
    method: `ethtool.${name}`,
    subject: [own],
    clauses: {},
    looks: true,
  })

/** ethtool(8). */
export const ethtoolForms = {
  features: form({
    words: ['ethtool', '-K'],
    verbs: ['--features', '--offload'],
    method: 'ethtool.features',
    subject: [own],
    clauses: Object.fromEntries(features.map((name) => [name, word(name, onOff)])) as Record<
      (typeof features)[number],
      Clause<[value: 'on' | 'off']>
    >,
    takes: 'options',
    does: (line) =>
      line.said.map(({ name, words }) => ({
        does: 'sets',
        kind: 'link',
        name: subject(line),
        key: name,
        value: words[1] ?? '',
      })),
  }),
  channels: form({
    words: ['ethtool', '-L'],
    verbs: ['--set-channels'],
    method: 'ethtool.channels',
    subject: [own],
    clauses: {
      rx: word('rx', number('number')),
      tx: word('tx', number('number')),
      combined: word('combined', number('number')),
    },
    takes: 'options',
    does: (line) => [{ does: 'sets', kind: 'link', name: subject(line), key: 'channels' }],
  }),
  showFeatures: form({
    words: ['ethtool', '-k'],
    verbs: ['--show-features', '--show-offload'],
    method: 'ethtool.showFeatures',
    subject: [own],
    clauses: {},
    looks: true,
  }),
  driver: form({
    words: ['ethtool', '-i'],
    verbs: ['--driver'],
    method: 'ethtool.driver',
    subject: [own],
    clauses: {},
    looks: true,
  }),
  statistics: form({
    words: ['ethtool', '-S'],
    verbs: ['--statistics'],
    method: 'ethtool.statistics',
    subject: [own],
    clauses: {},
    looks: true,
  }),
  feature: form({
    words: ['ethtool', '-K'],
    method: 'ethtool.feature',
    subject: [
      own,
      word([], pattern('a feature', /^[a-z][a-z0-9-]+$/, 'tx-checksum-ip-generic')),
      word([], onOff),
    ],
    clauses: {},
    does: (line) => [
      { does: 'sets', kind: 'link', name: subject(line), key: subject(line, 1), value: subject(line, 2) },
    ],
  }),
  rings: form({
    words: ['ethtool', '-G'],
    verbs: ['--set-ring'],
    method: 'ethtool.rings',
    subject: [own],
    clauses: { rx: word('rx', number('number')), tx: word('tx', number('number')) },
    takes: 'options',
    does: (line) => [{ does: 'sets', kind: 'link', name: subject(line), key: 'rings' }],
  }),
  coalesce: form({
    words: ['ethtool', '-C'],
    verbs: ['--coalesce'],
    method: 'ethtool.coalesce',
    subject: [own],
    clauses: {
      'rx-usecs': word('rx-usecs', number('number of microseconds')),
      'tx-usecs': word('tx-usecs', number('number of microseconds')),
      'rx-frames': word('rx-frames', number('number')),
      'tx-frames': word('tx-frames', number('number')),
      'adaptive-rx': word('adaptive-rx', onOff),
      'adaptive-tx': word('adaptive-tx', onOff),
    },
    takes: 'options',
    does: (line) => [{ does: 'sets', kind: 'link', name: subject(line), key: 'coalescing' }],
  }),
  pause: form({
    words: ['ethtool', '-A'],
    verbs: ['--pause'],
    method: 'ethtool.pause',
    subject: [own],
    clauses: { autoneg: word('autoneg', onOff), rx: word('rx', onOff), tx: word('tx', onOff) },
    takes: 'options',
    does: (line) => [{ does: 'sets', kind: 'link', name: subject(line), key: 'pause' }],
  }),
  change: form({
    words: ['ethtool', '-s'],
    verbs: ['--change'],
    method: 'ethtool.change',
    subject: [own],
    clauses: {
      speed: word('speed', number('speed in Mbit/s')),
      duplex: word('duplex', oneOf('duplex', 'half', 'full')),
      autoneg: word('autoneg', onOff),
      wol: word('wol', pattern('letters', /^[pumbagsfd]+$/, 'd')),
    },
    takes: 'options',
    does: (line) => [{ does: 'sets', kind: 'link', name: subject(line), key: 'speed' }],
  }),
  showChannels: asked('-l', 'showChannels', '--show-channels'),
  showRings: asked('-g', 'showRings', '--show-ring'),
  showCoalesce: asked('-c', 'showCoalesce', '--show-coalesce'),
  showPause: asked('-a', 'showPause', '--show-pause'),
  permanentAddress: asked('-P', 'permanentAddress', '--show-permaddr'),
  timestamping: asked('-T', 'timestamping', '--show-time-stamping'),
  privateFlags: asked('--show-priv-flags', 'privateFlags'),
  show: form({ words: ['ethtool'], method: 'ethtool.show', subject: [own], clauses: {}, looks: true }),
} as const
