/** The mark of a lab on what it makes on this machine itself, so that nothing else is ever removed. */
import { type Command, command } from '../language/command.ts'

/** The mark of links (their alias) and rules (a comment). */
export const markOf = (lab: string): string => `vethlab:${lab}`

/** The label of Docker objects, and its value: the lab. */
export const label = 'vethlab'

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
  command(place, ['ip', 'link', 'set', 'dev', link, 'alias', mark], { about: link, marks: link })

/**
 * The same command with the mark of its lab, followed by those that mark what it makes. A namespace and a setting
 * bear no mark: they are known by the journal alone. So do the objects of a Compose project, which has its own label.
 */
export function marked(one: Command, lab: string): Command[] {
  const mark = markOf(lab)
  const { place, argv, api, makes, plugs } = one
  if (argv[0] === 'iptables' && argv.some((word) => word === '-A' || word === '-I') && argv.includes('-j')) {
    const undo = one.undo && { ...one.undo, argv: withComment(one.undo.argv, mark) }
    return [{ ...one, argv: withComment(argv, mark), ...(undo ? { undo } : {}), written: one }]
  }
  if (api?.call === 'run') {
    const body = { ...api.body, Labels: { ...api.body.Labels, [label]: lab } }
    return [{ ...one, argv: withLabel(argv, 2, lab), api: { ...api, body }, written: one }]
  }
  if (api?.call === 'network create') {
    const body = { ...api.body, Labels: { ...api.body.Labels, [label]: lab } }
    return [{ ...one, argv: withLabel(argv, 3, lab), api: { ...api, body }, written: one }]
  }
  if (plugs) {
    const server = { kind: 'server', name: plugs.server, server: plugs.server } as const
    return [one, alias(server, plugs.link, mark)]
  }
  const links = makes && 'links' in makes ? makes.links : []
  return [one, ...links.map((link) => alias(place, link, mark))]
}
