/** The packet on its way: the question, the moments of the answer, played or stepped through, and the verdict. */
import { useEffect, useState } from 'preact/hooks'
import { html } from './html.ts'
import { type Moment, words } from './journey.ts'
import type { PlaceName, Report } from './types.ts'

const hooks = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']

interface QuestionProps {
  places: readonly PlaceName[]
  busy: boolean
  ask(question: { from: string; to: string; port?: number; udp?: boolean }): void
}

/** From whom, to whom, how. */
export function Question({ places, busy, ask }: QuestionProps) {
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [udp, setUdp] = useState(false)
  const askers = places.filter(({ kind }) => kind !== 'lan')
  const submit = (event: Event) => {
    event.preventDefault()
    const [, name = '', port] = to.trim().match(/^(.*?)(?::(\d+))?$/) ?? []
    ask({
      from: from || askers[0]?.name || '',
      to: name,
      ...(port === undefined ? {} : { port: Number(port), udp }),
    })
  }
  return html`<form class="question" onSubmit=${submit}>
    <label>from <select value=${from || askers[0]?.name} onChange=${(event: Event) => setFrom((event.target as HTMLSelectElement).value)}>
      ${askers.map(({ name }) => html`<option value=${name}>${name}</option>`)}
    </select></label>
    <label>to <input list="places" required placeholder="place or address:port" value=${to}
      onInput=${(event: Event) => setTo((event.target as HTMLInputElement).value)} /></label>
    <datalist id="places">${askers.map(({ name }) => html`<option value=${name}></option>`)}</datalist>
    <label class="tick"><input type="checkbox" checked=${udp} onChange=${() => setUdp(!udp)} /> UDP</label>
    <button disabled=${busy}>${busy ? 'asking …' : 'why?'}</button>
  </form>`
}

interface JourneyProps {
  report: Report
  moments: readonly Moment[]
  at: number
  go(at: number): void
}

/** The moments as a list, the one that is shown marked; play, one back, one on. */
export function Journey({ report, moments, at, go }: JourneyProps) {
  const [playing, setPlaying] = useState(false)
  useEffect(() => {
    if (!playing) return
    if (at >= moments.length - 1) {
      setPlaying(false)
      return
    }
    const timer = setTimeout(() => go(at + 1), 700)
    return () => clearTimeout(timer)
  }, [playing, at, moments])
  const play = () => {
    if (at >= moments.length - 1) go(0)
    setPlaying(!playing)
  }
  const now = moments[at]
  const { verdict, question } = report
  const good = verdict.status === 'delivered'
  return html`<div class="journey">
    <h2>${question.from} → ${question.to}${question.port ? `:${question.port}` : ''}</h2>
    <p class=${`verdict ${good ? 'good' : 'bad'}`} role="status">
      <b>${good ? '✓ delivered' : `✗ ${verdict.status} in ${verdict.place}`}</b> ${verdict.says}
    </p>
    ${verdict.rule && html`<p class="line"><span>the rule</span><code>${verdict.rule.text}</code></p>`}
    ${verdict.see && html`<p class="line"><span>see it</span><code>${verdict.see}</code></p>`}
    ${verdict.undo && html`<p class="line"><span>undo it</span><code>${verdict.undo}</code></p>`}
    ${(verdict.hints ?? []).map((hint) => html`<p class="hint">${hint}</p>`)}
    <div class="buttons">
      <button onClick=${() => go(Math.max(0, at - 1))} aria-label="one step back">◀</button>
      <button onClick=${play}>${playing ? 'pause' : 'play'}</button>
      <button onClick=${() => go(Math.min(moments.length - 1, at + 1))} aria-label="one step on">▶</button>
      <span>${moments.length === 0 ? 'no packet left' : `${at + 1} of ${moments.length}`}</span>
    </div>
    ${
      now &&
      html`<div class="hooks" aria-label="the hooks of netfilter in ${now.place}">
      <b>${now.place}</b>
      ${hooks.map((hook) => html`<span class=${now.hooks.includes(hook) ? 'lit' : ''}>${hook}</span>`)}
    </div>
    <p class="header"><code>${now.header}</code></p>`
    }
    <ol class="moments">
      ${moments.map((moment, i) => {
        const [name, text] = words(moment.step)
        const first = moments[i - 1]?.place !== moment.place || moments[i - 1]?.packet !== moment.packet
        return html`<li
          key=${i}
          class=${`${i === at ? 'now' : ''} ${moment.dead ? 'dead' : ''}`}
          aria-current=${i === at ? 'step' : undefined}
        >
          <button onClick=${() => go(i)}>
            <span class="where">${first ? `${moment.packet === 'request' ? '' : '↩ '}${moment.place}` : ''}</span>
            <span class="name">${moment.dead ? '✗ ' : ''}${name}</span>
            <span class="text">${text}</span>
          </button>
        </li>`
      })}
    </ol>
  </div>`
}
