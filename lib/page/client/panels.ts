/** What stands beside the map: the checks, all pairs, the steps, one place. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { ask, captureAddress } from './api.ts'
import { html } from './html.ts'
import type { Cell, CheckResult, DoneStep, PlaceName, Section, TakenBack } from './types.ts'

type Asks = (question: { from: string; to: string; port?: number; udp?: boolean }) => void

/** Where the server answers of a lab. */
export const path = (lab: string, rest: string): string => `/api/labs/${encodeURIComponent(lab)}/${rest}`

/** So many answers are waited for at once: what changes meanwhile is asked when one of them is there. */
const most = 2

/** Asks once, and again whenever `when` changes. */
export function useAnswer<T>(
  of: () => Promise<T>,
  when: readonly unknown[],
): { value?: T; error?: string; busy: boolean } {
  const [state, setState] = useState<{ value?: T; error?: string; busy: boolean }>({ busy: true })
  const { current: count } = useRef({ asked: 0, shown: 0, waiting: 0, again: false })
  const askIt = () => {
    if (count.waiting >= most) {
      count.again = true
      return
    }
    count.waiting++
    const number = ++count.asked
    setState((before) => ({ ...before, busy: true }))
    const show = (answer: { value?: T; error?: string }) => {
      count.waiting--
      // An answer that comes while the next is asked for is shown; one that comes after the next is not.
      if (number > count.shown) {
        count.shown = number
        setState({ ...answer, busy: number < count.asked || count.again })
      }
      if (!count.again) return
      count.again = false
      askIt()
    }
    of().then(
      (value) => show({ value }),
      (error: Error) => show({ error: error.message }),
    )
  }
  useEffect(askIt, when)
  // Who has turned away asks no more.
  useEffect(() => () => void Object.assign(count, { waiting: most, again: false }), [])
  return state
}

interface LabProps {
  lab: string
  /** Counts the changes: what is shown is asked again with each. */
  changes: number
  why: Asks
}

/** The checks of the scenario, asked again when something has changed. */
export function Checks({ lab, changes, why }: LabProps) {
  const { value, error, busy } = useAnswer(
    () => ask<{ checks?: CheckResult[]; error?: string }>(path(lab, 'checks')),
    [lab, changes],
  )
  const checks = value?.checks ?? []
  const failed = checks.filter(({ ok }) => !ok).length
  return html`<section class="checks" aria-busy=${busy}>
    <p role="status" class=${value === undefined ? 'soft' : failed > 0 ? 'bad' : 'good'}>
      ${value === undefined ? 'asking …' : failed > 0 ? `✗ ${failed} of ${checks.length} checks fail` : `✓ all ${checks.length} checks hold`}
    </p>
    ${(error ?? value?.error) && html`<pre class="bad">${error ?? value?.error}</pre>`}
    <ul>
      ${checks.map(
        (check) => html`<li class=${check.ok ? 'good' : 'bad'}>
          <b>${check.ok ? '✓' : '✗'} ${check.from} → ${check.to}</b>
          <span>${check.ok ? check.observed : `expected ${check.expected}, observed ${check.observed}`}</span>
          <i>${check.why}</i>
          ${check.question && (!check.ok || /no reply|filtered|unreachable/.test(check.observed)) && html`<button onClick=${() => why(check.question as { from: string; to: string })}>why?</button>`}
        </li>`,
      )}
    </ul>
  </section>`
}

/** Who reaches whom; a dark cell opens its reason. */
export function Matrix({ lab, changes, why }: LabProps) {
  const { value = [], busy } = useAnswer(() => ask<Cell[]>(path(lab, 'matrix')), [lab, changes])
  const names = [...new Set(value.map(({ from }) => from))]
  const cell = (from: string, to: string) => value.find((one) => one.from === from && one.to === to)
  return html`<section class="matrix" aria-busy=${busy}>
    <p>${busy ? 'every place pings every other one …' : names.length > 0 ? 'rows ask, columns answer' : 'Nobody can ask: no two places have an address.'}</p>
    <table hidden=${names.length === 0}>
      <thead><tr><td></td>${names.map((name) => html`<th scope="col"><span>${name}</span></th>`)}</tr></thead>
      <tbody>
        ${names.map(
          (from) => html`<tr>
            <th scope="row">${from}</th>
            ${names.map((to) => {
              const one = cell(from, to)
              if (!one) return html`<td class="self"></td>`
              return one.reaches
                ? html`<td class="yes" title=${`${from} reaches ${to}`}>✓</td>`
                : html`<td class="no"><button title=${`why does ${from} not reach ${to}?`} aria-label=${`why does ${from} not reach ${to}?`} onClick=${() => why({ from, to: one.address })}>✗</button></td>`
            })}
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}

/** A step: what it did, what takes it back, and what became of that. */
function Step({ lab, step }: { lab: string; step: DoneStep }) {
  const [told, setTold] = useState<TakenBack[]>()
  const [busy, setBusy] = useState(false)
  const undo = async () => {
    setBusy(true)
    const failed = (error: Error): TakenBack[] => [{ text: '', ok: false, said: error.message }]
    setTold(await ask<TakenBack[]>(path(lab, `steps/${step.number}/undo`), 'POST').catch(failed))
    setBusy(false)
  }
  return html`<details open>
    <summary>${step.number}  ${step.title}</summary>
    ${step.commands.map(({ server, text }) => html`<code class="typed">${server}$ ${text}</code>`)}
    ${
      step.undo.length > 0 &&
      html`<p class="buttons"><button disabled=${busy} onClick=${undo} aria-label=${`undo step ${step.number}`}>undo</button></p>
        ${!told && step.undo.map((text) => html`<code class="typed soft">${text}</code>`)}`
    }
    ${told?.map(
      ({ text, ok, said }) =>
        html`<code class=${`typed ${ok ? 'good' : 'bad'}`} role="status">${ok ? '✓' : '✗'} ${text} ${said}</code>`,
    )}
  </details>`
}

/** The scenario as a shell script for a server of one's own. */
function Script({ lab }: { lab: string }) {
  const { value, error } = useAnswer(() => ask<string>(path(lab, 'script')), [lab])
  return html`<pre tabindex="0">${error ?? value ?? 'asking …'}</pre>`
}

/** The steps of the scenario, each with what takes it back. */
export function Steps({ lab }: { lab: string }) {
  const { value, error } = useAnswer(() => ask<DoneStep[]>(path(lab, 'steps')), [lab])
  const [script, setScript] = useState(false)
  return html`<section class="steps">
    ${error && html`<pre class="bad">${error}</pre>`}
    ${value?.map((step) => html`<${Step} key=${step.number} lab=${lab} step=${step} />`)}
    <p class="buttons"><button aria-expanded=${script} onClick=${() => setScript(!script)}>all as a shell script</button></p>
    ${script && html`<${Script} lab=${lab} />`}
  </section>`
}

interface Capture {
  id: string
  dev: string
  packets: string[]
  on: boolean
}

/** A capture that runs, or its packets and the file. */
function Captured({ place, capture, stop }: { place: string; capture: Capture; stop(): void }) {
  return html`<div class="capture">
    <p class="buttons"><b>${capture.dev}</b>
      ${capture.on ? html`<button onClick=${stop}>stop</button>` : html`<a href=${captureAddress(capture.id)} download=${`${place}-${capture.dev}.pcap`}>.pcap for Wireshark</a>`}
    </p>
    ${!capture.on && html`<pre tabindex="0">${capture.packets.length > 0 ? capture.packets.join('\n') : 'no packet moved'}</pre>`}
  </div>`
}

/** The interfaces of a place, from what `ip -br addr` prints there. */
const devsOf = (sections: readonly Section[]): string[] =>
  (sections.find(({ title }) => title === 'Addresses')?.text ?? '')
    .split('\n')
    .map((line) => line.split(/[\s@]/)[0] ?? '')
    .filter((dev) => dev !== '' && dev !== 'lo')

/** These are long, and seldom what one looks for first. */
const closed = ['Sockets', 'Connections', 'Links', 'mangle']

/** What a place knows: each with the command that prints it. */
export function Place({
  lab,
  place,
  changes,
  open,
}: {
  lab: string
  place: PlaceName
  changes: number
  open(): void
}) {
  const name = encodeURIComponent(place.name)
  const { value = [], error } = useAnswer(
    () => ask<Section[]>(path(lab, `places/${name}`)),
    [lab, place.id, changes],
  )
  const [capture, setCapture] = useState<Capture>()
  const start = async (dev: string) => {
    const { id } = await ask<{ id: string }>(path(lab, `captures/${name}/${encodeURIComponent(dev)}`), 'POST')
    setCapture({ id, dev, packets: [], on: true })
  }
  const stop = async () => {
    if (!capture) return
    const { packets } = await ask<{ packets: string[] }>(`/api/captures/${capture.id}`, 'DELETE')
    setCapture({ ...capture, packets, on: false })
  }
  return html`<section class="place">
    <h2>${place.name} <small>${place.kind === 'netns' ? 'namespace' : place.kind}</small></h2>
    <p class="buttons">
      ${place.kind !== 'lan' && html`<button onClick=${open}>terminal</button>`}
      ${devsOf(value).map((dev) => html`<button disabled=${capture?.on} onClick=${() => start(dev)}>capture ${dev}</button>`)}
    </p>
    ${capture && html`<${Captured} place=${place.name} capture=${capture} stop=${stop} />`}
    ${error && html`<pre class="bad">${error}</pre>`}
    ${value.map(
      ({ title, command, text }) => html`<details open=${!closed.includes(title)}>
        <summary>${title}</summary>
        <code class="command">${command}</code>
        <pre tabindex="0">${text}</pre>
      </details>`,
    )}
  </section>`
}
