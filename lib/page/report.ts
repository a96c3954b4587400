/** A run as one HTML file that needs no server: the map, the steps, the checks, and each packet to be played again. */
import type { Event } from '../lab/events.ts'
import { inlineModules, styles } from './assets.ts'
import type { RunReport } from './client/types.ts'

/** The steps of a run, from what was told of it. */
export function stepsOf(events: readonly Event[]): RunReport['steps'] {
  const steps: Array<{ title: string; commands: Array<RunReport['steps'][number]['commands'][number]> }> = []
  for (const event of events) {
    if (event.kind === 'step') steps.push({ title: event.title, commands: [] })
    if (event.kind !== 'command') continue
    const { place, text, undo, output, ms } = event
    steps.at(-1)?.commands.push({
      ...{ place: place.server, text, ms: Math.round(ms) },
      ...(undo ? { undo } : {}),
      ...(output?.trim() ? { output: output.trimEnd() } : {}),
    })
  }
  return steps
}

/** Data inside of a script element: no character in it can end that. */
const embedded = (data: unknown): string =>
  JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** The file. Whatever stands in it runs without asking anybody: its policy allows no connection. */
export async function reportPage(report: RunReport): Promise<string> {
  const policy =
    "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${report.lab.replace(/[<>&]/g, '')}: a report of vethlab</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>${await styles()}</style>
<script type="application/json" id="report">${embedded(report)}</script>
<script type="importmap">${JSON.stringify({ imports: await inlineModules('report.js') })}</script>
<script type="module">import 'page/report.js'</script>
</head>
<body class="report"><div id="app"></div><noscript>This report needs JavaScript to be read.</noscript></body>
</html>
`
}
