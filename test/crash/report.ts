/** What came of the crash cases, as tables of Markdown: pure text. */
import { type Fault, type On, repeat, type Tried } from './faults.ts'

/** `12` when all twelve are clean, `11 of 12` when one is not. */
const figure = (cases: readonly Tried[]): string => {
  const clean = cases.filter(({ wrong }) => wrong.length === 0).length
  return cases.length === 0 ? '' : clean === cases.length ? `${clean}` : `**${clean} of ${cases.length}**`
}

const row = (fields: readonly string[]): string => `| ${fields.join(' | ')} |`

/** Scenario by fault: how many cases were tried, and were clean. */
export function table(tried: readonly Tried[], on: On, faults: readonly Fault[]): string {
  const here = tried.filter((one) => one.on === on)
  const kinds = faults.filter((fault) => here.some((one) => one.fault === fault))
  const scenarios = [...new Set(here.map(({ scenario }) => scenario))].sort()
  const of = (name: string, cases: readonly Tried[]) => [
    name,
    ...kinds.map((fault) => figure(cases.filter((one) => one.fault === fault))),
    figure(cases),
  ]
  return [
    row(['', ...kinds.map(({ name }) => name), 'all']),
    row(['---', ...kinds.map(() => '--:'), '--:']),
    ...scenarios.map((name) =>
      row(
        of(
          name,
          here.filter(({ scenario }) => scenario === name),
        ),
      ),
    ),
    row(of('all', here)),
  ].join('\n')
}

/** The first lines, and how many more there are. */
const firstOf = (lines: readonly string[], most = 10): string[] =>
  lines.length > most ? [...lines.slice(0, most), `… and ${lines.length - most} more`] : [...lines]

/** The cases that were not clean: what was wrong, and how to do them again. */
export const unclean = (tried: readonly Tried[]): string =>
  tried
    .filter(({ wrong }) => wrong.length > 0)
    .map((one) => [repeat(one), ...firstOf(one.wrong).map((line) => `    ${line.slice(0, 600)}`)].join('\n'))
    .join('\n')

/** The page of a full run. */
export const page = (
  tried: readonly Tried[],
  faults: readonly Fault[],
  machine: string,
  nth: number,
): string => {
  const part = (on: On, title: string) =>
    tried.some((one) => one.on === on) ? `\n## ${title}\n\n${table(tried, on, faults)}\n` : ''
  const bad = unclean(tried)
  return `# What a crash leaves

Written by \`make crash\`, on ${machine}. In each case \`up\` of a scenario is struck in one way at one of its commands,
or not at all, then \`down\` is run, and the machine is compared with what it was before: links, addresses, routes, firewall,
sysctls, namespaces, mounts, processes, cgroups, folders, and what its Docker Engine holds. A number is of cases, all of
them clean: no difference, exit codes as they must be. \`3 of 4\` are those of which one was not.
${part('sandbox', 'On virtual servers')}${part('host', 'On the host')}
## The crashes

${faults.map(({ name, what }) => `- **${name}**: ${what}`).join('\n')}

\`kill\`, \`int\`, \`term\`, \`fail\` were tried at every ${nth === 1 ? '' : `${nth}th `}command, the others at fewer; \`full\` by
sizes of the disk. The last case of each is not struck.
${bad ? `\n## Not clean\n\n\`\`\`\n${bad}\n\`\`\`\n` : ''}`
}
