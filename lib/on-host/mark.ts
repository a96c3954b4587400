/** The mark of a lab on what it makes on this machine itself, so that nothing else is ever removed. */
import { type Command, command } from '../language/command.ts'
import type { ApiCall } from '../language/docker/api.ts'
import { type Kind, made, plugged } from '../language/effects.ts'
import { label } from '../server/state.ts'

/** The mark of links (their alias) and rules (a comment). */
export const markOf = (lab: string): string => `vethlab:${lab}`

const withComment = (argv: readonly string[], mark: string): string[] => {
  const jump = argv.indexOf('-j')
  return [...argv.slice(0, jump), '-m', 'comment', '--comment', mark, ...argv.slice(jump)]
}

/** `docker run --label vethlab=net1 …`: the label goes in front of all other words. */
const withLabel = (argv: readonly string[], verbs: number, lab: string): string[] => [
  ...argv.slice(0, verbs),
  '--label',
  `${label}=${lab}`,
  ...argv.slice(verbs),
]

/** The command that marks a link; it is not shown. */
const alias = (place: Command['place'], link: string, mark: string): Command =>
  command(
    place,
    ['ip', 'link', 'set', 'dev', link, 'alias', mark],
    [{ does: 'sets', kind: 'link', name: link, key: 'alias', value: mark }],
  )

/** How a thing of each kind bears the mark of its lab; with `journal` it bears none, and is known by the journal alone. */
const bears: Record<Kind, 'alias' | 'comment' | 'label' | 'journal'> = {
  link: 'alias',
  'firewall rule': 'comment',
  container: 'label',
  network: 'label',
  netns: 'journal',
  address: 'journal',
  route: 'journal',
  'policy rule': 'journal',
  neighbour: 'journal',
  nexthop: 'journal',
  'forwarding entry': 'journal',
  'bridge VLAN': 'journal',
  qdisc: 'journal',
  'traffic class': 'journal',
  'traffic filter': 'journal',
  'xfrm state': 'journal',
  'xfrm policy': 'journal',
  'firewall table': 'journal',
  chain: 'journal',
  set: 'journal',
  'set entry': 'journal',
  connection: 'journal',
  parameter: 'journal',
  listener: 'journal', // its process has the lab in its environment
  capture: 'journal',
  file: 'journal',
  endpoint: 'journal',
  volume: 'journal',
  image: 'journal', // its name says it: vethlab:LAB
  project: 'journal', // Compose has labels of its own
  swarm: 'journal',
  service: 'journal',
  node: 'journal',
}

/** The same command with the mark of its lab, followed by those that mark what it makes. */
export function marked(one: Command, lab: string): Command[] {
  const mark = markOf(lab)
  const { place, argv, api, undo } = one
  const plug = plugged(one)
  if (plug.length > 0)
    return [
      one,
      ...plug.map(({ server, link }) => alias({ kind: 'server', name: server, server }, link, mark)),
    ]
  const ways = one.does.map((effect) => (effect.does === 'makes' ? bears[effect.kind] : 'journal'))
  if (ways.includes('comment') && argv.includes('-j')) {
    const takeBack = undo && { undo: { ...undo, argv: withComment(undo.argv, mark) } }
    return [{ ...one, argv: withComment(argv, mark), ...takeBack, shownAs: one }]
  }
  if (ways.includes('label') && (api?.call === 'run' || api?.call === 'network create')) {
    const body = { ...api.body, Labels: { ...api.body.Labels, [label]: lab } }
    const words = withLabel(argv, api.call.split(' ').length + 1, lab)
    return [{ ...one, argv: words, api: { ...api, body } as ApiCall, shownAs: one }]
  }
  // What has no call of the API bears its label by the words alone.
  const verbs =
    argv[1] === 'network' && argv[2] === 'create' ? 3 : /^(run|create)$/.test(argv[1] ?? '') ? 2 : 0
  if (ways.includes('label') && !api && argv[0] === 'docker' && verbs > 0)
    return [{ ...one, argv: withLabel(argv, verbs, lab), shownAs: one }]
  const links = ways.includes('alias') ? made(one, 'link').filter(({ netns }) => netns === undefined) : []
  return [one, ...links.map(({ name }) => alias(place, name, mark))]
}

/** A rule without what is done with it: the same words name it when it is made and when it is deleted. */
function ruleOf({ place, argv }: Command): string | undefined {
  const verb = argv.findIndex((word) => /^-[AID]$/.test(word))
  if (!/^ip6?tables$/.test(argv[0] ?? '') || verb < 0 || !argv.includes('-j')) return undefined
  const [chain = '', ...rest] = argv.slice(verb + 1)
  const words = /^\d+$/.test(rest[0] ?? '') ? rest.slice(1) : rest
  return JSON.stringify([place.server, place.kind, place.name, argv.slice(0, verb), chain, words])
}

/**
 * Marks the commands of a run, one after the other. A rule that the run itself made bears the mark, and so must the words
 * that delete it.
 */
export function marking(lab: string): (one: Command) => Command[] {
  const own = new Set<string>()
  return (one) => {
    const rule = ruleOf(one)
    if (rule === undefined || one.place.kind !== 'server') return marked(one, lab)
    if (!one.argv.includes('-D')) {
      own.add(rule)
      return marked(one, lab)
    }
    if (!own.has(rule)) return marked(one, lab)
    const mark = markOf(lab)
    const { undo } = one
    const back = undo?.argv.includes('-j') ? { undo: { ...undo, argv: withComment(undo.argv, mark) } } : {}
    return [{ ...one, argv: withComment(one.argv, mark), ...back, shownAs: one }]
  }
}
