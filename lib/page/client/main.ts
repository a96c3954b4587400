/** The page: which lab, its map, what is asked of it, and a terminal in each of its places. */
import { render } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { ask, listen } from './api.ts'
import { Guessing, useGuess } from './guess.ts'
import { html } from './html.ts'
import { moments } from './journey.ts'
import { NetworkMap } from './map.ts'
import { Journey, Question } from './packet.ts'
import { Checks, Matrix, Place, Steps } from './panels.ts'
import { Shell } from './terminal.ts'
import { Tries } from './tries.ts'
import type { LabName, News, Picture, PlaceName, Report } from './types.ts'

const tabs = ['packet', 'place', 'checks', 'pairs', 'steps', 'try'] as const
type Tab = (typeof tabs)[number]

/** How long after the last change the checks are asked again, in milliseconds. */
const calm = 250

/** And how long at most after the first of many, so that a lab that never rests is asked, too. */
const latest = 2000

/** What the server tells of a lab, as it comes. */
function useNews(lab: string, played: (report: Report) => void) {
  const [picture, setPicture] = useState<Picture>({ svg: '', places: [], standIns: [] })
  const [changes, setChanges] = useState(0)
  const [moved, setMoved] = useState<readonly string[]>([])
  const [lost, setLost] = useState(false)
  const [gone, setGone] = useState(false)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let first = 0
    const changed = () => {
      clearTimeout(timer)
      const now = Date.now()
      first ||= now
      timer = setTimeout(
        () => {
          first = 0
          setChanges((count) => count + 1)
        },
        Math.max(0, Math.min(calm, first + latest - now)),
      )
    }
    const heard = (news: News) => {
      if (news.kind === 'map') {
        setGone(false)
        setPicture(news)
      } else if (news.kind === 'moved') setMoved(news.interfaces)
      else if (news.kind === 'gone') setGone(true)
      else if (news.kind === 'why') played(news.report)
      else changed()
    }
    const stop = listen<News>(lab, heard, setLost)
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [lab])
  return { picture, changes, moved, lost, gone }
}

/** The terminals that are open, and which of them is seen. */
function useShells() {
  const [shells, setShells] = useState<Array<{ key: number; name: string }>>([])
  const [shell, setShell] = useState(0)
  const open = (name: string) => {
    const key = Date.now()
    setShells((all) => [...all, { key, name }])
    setShell(key)
  }
  const close = (key: number) =>
    setShells((all) => {
      const left = all.filter((one) => one.key !== key)
      setShell(left.at(-1)?.key ?? 0)
      return left
    })
  return { shells, shell, setShell, open, close }
}

/** The tabs beside the map; the arrow keys go from one to the next. */
function Tabs({ tab, choose }: { tab: Tab; choose(tab: Tab): void }) {
  const key = (event: KeyboardEvent, one: Tab) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = tabs[(tabs.indexOf(one) + step + tabs.length) % tabs.length]
    if (step === 0 || !next) return
    choose(next)
    document.getElementById(`tab-${next}`)?.focus()
  }
  return html`<div role="tablist" aria-label="what is shown beside the map">
    ${tabs.map(
      (one) => html`<button
        role="tab" id=${`tab-${one}`} aria-selected=${tab === one} aria-controls="panel" tabindex=${tab === one ? 0 : -1}
        onClick=${() => choose(one)} onKeyDown=${(event: KeyboardEvent) => key(event, one)}
      >${one}</button>`,
    )}
  </div>`
}

/** The terminals at the foot of the page. */
function Shells({ lab, all }: { lab: string; all: ReturnType<typeof useShells> }) {
  const { shells, shell, setShell, close } = all
  return html`<footer>
    <div class="tabs" role="group" aria-label="terminals">
      ${shells.map(
        ({ key, name }) => html`<span key=${key}>
          <button aria-pressed=${shell === key} onClick=${() => setShell(key)}>${name}</button>
          <button aria-label=${`close the terminal in ${name}`} onClick=${() => close(key)}>×</button>
        </span>`,
      )}
    </div>
    ${shells.map(({ key, name }) => html`<${Shell} key=${key} lab=${lab} place=${name} shown=${shell === key} ended=${() => close(key)} />`)}
  </footer>`
}

const start = html`<p class="soft">
  Ask why a packet arrives, or does not: here, or in a terminal by <code>make why FROM=… TO=…</code>
</p>`

interface ChoiceProps {
  places: readonly PlaceName[]
  place: string
  choose(id: string): void
}

/** All places. Of those that are alike the map shows one box: here each can be had. */
function Choice({ places, place, choose }: ChoiceProps) {
  const changed = (event: Event) => choose((event.target as HTMLSelectElement).value)
  return html`<label>place <select value=${place} onChange=${changed}>
      <option value="" hidden></option>
      ${places.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
    </select></label>
    ${place === '' && html`<p class="soft">Or click a box of the map.</p>`}`
}

function Lab({ lab }: { lab: string }) {
  const [report, setReport] = useState<Report>()
  const [at, setAt] = useState(0)
  const [busy, setBusy] = useState(false)
  const [complaint, setComplaint] = useState('')
  const [tab, setTab] = useState<Tab>('packet')
  const [place, setPlace] = useState('')
  const terminals = useShells()
  const show = (found: Report) => {
    setReport(found)
    const all = moments(found)
    const death = all.findIndex(({ dead }) => dead)
    setAt(death >= 0 ? death : Math.max(0, all.length - 1))
    setTab('packet')
  }
  const guess = useGuess(show)
  const { picture, changes, moved, lost, gone } = useNews(lab, guess.came)
  const { places } = picture
  const why = async (question: object) => {
    setBusy(true)
    setComplaint('')
    try {
      guess.came(await ask<Report>(`/api/labs/${encodeURIComponent(lab)}/why`, 'POST', question))
    } catch (error) {
      setComplaint((error as Error).message)
      setTab('packet')
    }
    setBusy(false)
  }
  const all = useMemo(() => (report ? moments(report) : []), [report])
  const chosen = places.find(({ id }) => id === place)
  const choose = (id: string) => {
    if (guess.clicked(places.find((one) => one.id === id))) return
    setPlace(id)
    setTab('place')
  }
  const packet = html`<${Question} places=${places} busy=${busy} ask=${why} />
    <${Guessing} guess=${guess} />
    ${complaint && html`<pre class="bad" role="alert">${complaint}</pre>`}
    ${guess.waits ? '' : report ? html`<${Journey} report=${report} moments=${all} at=${at} go=${setAt} />` : start}`
  const onePlace = html`<${Choice} places=${places} place=${place} choose=${choose} />
    ${chosen && html`<${Place} key=${chosen.id} lab=${lab} place=${chosen} changes=${changes} open=${() => terminals.open(chosen.name)} />`}`
  return html`<main class=${terminals.shells.length > 0 ? 'with-shells' : ''}>
    ${gone && html`<p class="notice bad" role="alert">${lab} is not up any more.</p>`}
    ${lost && !gone && html`<p class="notice" role="alert">The connection is lost; trying again …</p>`}
    <${NetworkMap} picture=${picture} moments=${guess.waits ? [] : all} at=${at} moved=${moved} choose=${choose} />
    <aside>
      <${Tabs} tab=${tab} choose=${setTab} />
      <div id="panel" role="tabpanel" aria-labelledby=${`tab-${tab}`} tabindex="0">
        ${tab === 'packet' && packet} ${tab === 'place' && onePlace}
        ${tab === 'checks' && html`<${Checks} lab=${lab} changes=${changes} why=${why} />`}
        ${tab === 'pairs' && html`<${Matrix} lab=${lab} changes=${changes} why=${why} />`}
        ${tab === 'steps' && html`<${Steps} lab=${lab} />`}
        ${tab === 'try' && html`<${Tries} lab=${lab} changes=${changes} />`}
      </div>
    </aside>
    ${terminals.shells.length > 0 && html`<${Shells} lab=${lab} all=${terminals} />`}
  </main>`
}

function App() {
  const [labs, setLabs] = useState<LabName[]>()
  const [lab, setLab] = useState(new URLSearchParams(location.search).get('lab') ?? '')
  useEffect(() => {
    const look = () => ask<LabName[]>('/api/labs').then(setLabs, () => {})
    void look()
    const timer = setInterval(look, 2000)
    return () => clearInterval(timer)
  }, [])
  const shown = lab || labs?.[0]?.name || ''
  const title = labs?.find(({ name }) => name === shown)?.title ?? ''
  return html`
    <header>
      <h1>vethlab</h1>
      <label>lab <select value=${shown} onChange=${(event: Event) => setLab((event.target as HTMLSelectElement).value)}>
        ${(labs ?? []).map(({ name }) => html`<option value=${name}>${name}</option>`)}
      </select></label>
      <span>${title}</span>
    </header>
    ${shown === '' ? html`<main><p class="notice">${labs ? 'No lab is up. Start one, as by: make scenario-net1' : 'looking …'}</p></main>` : html`<${Lab} key=${shown} lab=${shown} />`}`
}

render(html`<${App} />`, document.getElementById('app') as HTMLElement)
