/** A report that was kept: the same map and the same packet as on the page, of a run that is over. */
import { render } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { html } from './html.ts'
import { moments } from './journey.ts'
import { NetworkMap } from './map.ts'
import { Journey } from './packet.ts'
import type { Report, RunReport } from './types.ts'

const report = JSON.parse(document.getElementById('report')?.textContent ?? '{}') as RunReport

function Checks({ choose }: { choose(why: Report): void }) {
  const failed = report.checks.filter(({ ok }) => !ok).length
  return html`<section class="checks">
    <h2>Checks</h2>
    <p class=${failed > 0 ? 'bad' : 'good'}>
      ${failed > 0 ? `✗ ${failed} of ${report.checks.length} checks failed` : `✓ all ${report.checks.length} checks hold`}
    </p>
    <ul>
      ${report.checks.map((check) => {
        const why = check.played === undefined ? undefined : report.whys[check.played]
        return html`<li class=${check.ok ? 'good' : 'bad'}>
          <b>${check.ok ? '✓' : '✗'} ${check.from} → ${check.to}</b>
          <span>${check.ok ? check.observed : `expected ${check.expected}, observed ${check.observed}`}</span>
          <i>${check.why}</i>
          ${why && html`<button onClick=${() => choose(why)}>why?</button>`}
        </li>`
      })}
    </ul>
  </section>`
}

function Steps() {
  return html`<section class="steps">
    <h2>Steps</h2>
    ${report.steps.map(
      ({ title, commands }, i) => html`<details open>
        <summary>${i + 1}  ${title}</summary>
        ${commands.map(
          ({ place, text, undo, output, ms }) => html`<div class="command">
            <code>${place}$ ${text}</code> <small>${ms} ms</small>
            ${undo && html`<br /><code class="soft">undo: ${undo}</code>`}
            ${output && html`<pre tabindex="0">${output}</pre>`}
          </div>`,
        )}
      </details>`,
    )}
  </section>`
}

function App() {
  const [why, setWhy] = useState<Report | undefined>(
    report.whys.find(({ verdict }) => verdict.status !== 'delivered') ?? report.whys[0],
  )
  const all = useMemo(() => (why ? moments(why) : []), [why])
  const death = all.findIndex(({ dead }) => dead)
  const [at, setAt] = useState(death >= 0 ? death : Math.max(0, all.length - 1))
  const choose = (chosen: Report) => {
    setWhy(chosen)
    const found = moments(chosen)
    const dies = found.findIndex(({ dead }) => dead)
    setAt(dies >= 0 ? dies : Math.max(0, found.length - 1))
    scrollTo(0, 0)
  }
  return html`
    <header><h1>${report.lab}</h1><span>${report.title}</span><small>${report.made}</small></header>
    <main>
      ${report.error && html`<pre class="bad">${report.error}</pre>`}
      <div class="both">
        ${report.svg ? html`<${NetworkMap} picture=${report} moments=${all} at=${at} moved=${[]} choose=${() => {}} />` : html`<p class="soft">There is no map: the lab was not up.</p>`}
        ${why && html`<${Journey} report=${why} moments=${all} at=${at} go=${setAt} />`}
      </div>
      <${Checks} choose=${choose} />
      <${Steps} />
      <p class="soft">${Object.entries(report.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(' · ')}</p>
    </main>`
}

render(html`<${App} />`, document.getElementById('app') as HTMLElement)
