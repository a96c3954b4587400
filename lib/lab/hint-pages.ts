/** Which page of the documentation tells more of what a hint is about. */
import { join, relative } from 'node:path'
import { home, installed } from '../server/installed.ts'

/** Kinds of hints, by what stands in them, and the page of each. The first that matches counts. */
export const hintPages: ReadonlyArray<readonly [RegExp, string]> = [
  // this machine itself: what is asked before it is changed, and how that is taken back
  [
    /--on host|Nothing was undone|Nothing was changed\. (--yes|Remove that|It must)|did to this machine|then once more|--yes does it/,
    'machine',
  ],
  // what the machine lacks, and what an engine and its images are
  [
    /VETHLAB_ENGINE|IMAGE=|(make|npx vethlab) (setup|doctor)|modprobe|Install it|needs root|a lab (made )?without root|This kernel lacks|as udev does|OpenBSD|nft --version|engine whose firewall/,
    'needs',
  ],
  [/VETHLAB_RESULTS names|results of the class|that learn writes/, 'teachers'],
  [/\blearn (lists|check|reset|start)|Exercises: |Layers: |one of faults/, 'exercises'],
  [/file of a shell script/, 'record'],
  [/--report report|--svg/, 'page'],
  // a program of one's own
  [
    /\blab\.[\w$]|openLab|program\.waitFor|\{ lab \}|--junit|HEALTHCHECK|from 'zx'|Name a folder that you may write to|holds only what the lab may write/,
    'in-your-tests',
  ],
  [/make why |--redact|\bverdict\b|of (a|the) packet/, 'why'],
  // how a scenario is written, started and taken away
  [
    /[Ww]hich step makes it|Put await before it|Say what must be observed|is one after jump|what it awaits|--name|Scenarios: |docker compose|No step before it adds|give this one another name/,
    'scenario',
  ],
]

/** The page, without `.md`; undefined where no page tells more. */
export const pageOfHint = (hint: string): string | undefined =>
  hintPages.find(([pattern]) => pattern.test(hint))?.[1]

/** The line that names the page, as it is had here: in a checkout it is a file. */
export function moreOf(hint: string): string | undefined {
  const page = pageOfHint(hint)
  if (page === undefined) return undefined
  return `More: ${installed ? `npx vethlab help ${page}` : relative(process.cwd(), join(home, `docs/${page}.md`))}`
}
