/** Things to try: each by a click, and taken back by another. */
import { useState } from 'preact/hooks'
import { ask } from './api.ts'
import { html } from './html.ts'
import { path, useAnswer } from './panels.ts'
import type { Try } from './types.ts'

/** One of them: its line, what there is to see, and its button. */
function One({ one, busy, go }: { one: Try; busy: boolean; go(): void }) {
  const is = one.back !== undefined
  const label = `${is ? 'take back' : 'try'}: ${one.title}`
  return html`<li class=${is ? 'tried' : ''}>
    <p class="buttons"><b>${one.title}</b> <button disabled=${busy} aria-label=${label} onClick=${go}>${is ? 'take back' : 'try'}</button></p>
    <code class="typed">${one.does}</code>
    ${is && html`<code class="typed soft">${one.back}</code>`}
    <p class="soft">${one.see}</p>
  </li>`
}

/** All of them: what is tried now stands first. */
export function Tries({ lab, changes }: { lab: string; changes: number }) {
  const { value = [], error } = useAnswer(() => ask<Try[]>(path(lab, 'tries')), [lab, changes])
  const [busy, setBusy] = useState(false)
  const [complaint, setComplaint] = useState('')
  const go = async ({ id, back }: Try) => {
    setBusy(true)
    const method = back === undefined ? 'POST' : 'DELETE'
    setComplaint(
      await ask(path(lab, `tries/${encodeURIComponent(id)}`), method).then(
        () => '',
        (failed: Error) => failed.message,
      ),
    )
    setBusy(false)
  }
  return html`<section class="tries">
    ${(complaint || error) && html`<pre class="bad" role="alert">${complaint || error}</pre>`}
    <p class="soft">Each changes the lab as its line says. Look at <b>checks</b> and <b>pairs</b>; then take it back.</p>
    <ul>${value.map((one) => html`<${One} key=${one.id} one=${one} busy=${busy} go=${() => go(one)} />`)}</ul>
  </section>`
}
