/** The map on the page: the picture of the server, with the packet on it. */
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { html } from './html.ts'
import type { Moment } from './journey.ts'
import type { Picture, PlaceName } from './types.ts'

const svgNamespace = 'http://www.w3.org/2000/svg'

const byData = (root: Element, name: string, value: string): SVGElement | undefined =>
  [...root.querySelectorAll<SVGElement>(`[data-${name}]`)].find(
    (one) => one.getAttribute(`data-${name}`) === value,
  )

/** Where things are on the picture: what is not drawn is where that is which stands for it. */
interface Drawn {
  root: SVGSVGElement
  places: readonly PlaceName[]
  standIns: ReadonlyMap<string, string>
}

/** The id of the place that `why` calls so, and of one of its interfaces. */
function idOf({ places }: Drawn, name: string, dev?: string): string | undefined {
  const id = places.find((place) => place.name === name || place.id === name)?.id
  return id === undefined || dev === undefined ? id : `${id}/${dev}`
}

/** The id on the picture of a place, or of an interface. */
const shownAs = ({ standIns }: Pick<Drawn, 'standIns'>, id: string): string => standIns.get(id) ?? id

/** Where the packet is after these moments: at the interface that it came to last, or in the middle of the place. */
function pointOf(on: Drawn, passed: readonly Moment[]) {
  const { root } = on
  const place = passed.at(-1)?.place ?? ''
  const id = idOf(on, place)
  if (id === undefined) return undefined
  const visit = passed.slice(passed.findLastIndex((moment) => moment.place !== place) + 1)
  for (const { step } of visit.toReversed()) {
    if (step.kind !== 'in' && step.kind !== 'out') continue
    const port = byData(root, 'interface', shownAs(on, `${id}/${step.dev}`))
    if (port) return { x: Number(port.getAttribute('cx')), y: Number(port.getAttribute('cy')) }
  }
  const box = byData(root, 'place', shownAs(on, id))?.querySelector('rect')
  if (!box) return undefined
  const number = (name: string) => Number(box.getAttribute(name))
  return { x: number('x') + number('width') / 2, y: number('y') + Math.min(number('height') / 2, 40) }
}

function drawn(on: Drawn, all: readonly Moment[], at: number): void {
  const { root } = on
  root.querySelector('.journey')?.remove()
  for (const one of root.querySelectorAll('.passed, .dies')) one.classList.remove('passed', 'dies')
  const now = all[at]
  if (!now) return
  const layer = document.createElementNS(svgNamespace, 'g')
  layer.setAttribute('class', 'journey')
  const passed = all.slice(0, at + 1).filter(({ packet }) => packet === now.packet)
  for (const moment of passed) {
    if (moment.step.kind !== 'in' && moment.step.kind !== 'out') continue
    const id = idOf(on, moment.place, moment.step.dev)
    if (id === undefined) continue
    const end = shownAs(on, id)
    for (const cable of root.querySelectorAll('[data-cable]'))
      if (cable.getAttribute('data-cable')?.split(' ').includes(end)) cable.classList.add('passed')
  }
  const point = pointOf(on, passed)
  if (point) {
    const mark = document.createElementNS(svgNamespace, now.dead ? 'path' : 'rect')
    if (now.dead) mark.setAttribute('d', `M${point.x - 9},${point.y - 9} l18,18 m0,-18 l-18,18`)
    else
      for (const [name, value] of [
        ['x', point.x - 9],
        ['y', point.y - 6],
        ['width', 18],
        ['height', 12],
      ] as const)
        mark.setAttribute(name, String(value))
    mark.setAttribute('class', now.dead ? 'cross' : 'envelope')
    layer.append(mark)
    const id = idOf(on, now.place)
    if (now.dead && id !== undefined)
      byData(root, 'place', shownAs(on, id))?.querySelector('rect')?.classList.add('dies')
  }
  root.append(layer)
}

/** So much larger than it was drawn the picture may be shown, where there is room for it: it is to be read from afar. */
const largest = 1.6

/** Shows the picture as large as its place allows, and never smaller than it was drawn. */
function fit(holder: HTMLElement): void {
  const picture = holder.querySelector('svg')
  const [, , width = 0, height = 0] = picture?.getAttribute('viewBox')?.split(' ').map(Number) ?? []
  if (!picture || width === 0) return
  const room = Math.min((holder.clientWidth - 20) / width, (holder.clientHeight - 20) / height)
  const scale = Math.max(1, Math.min(room, largest))
  picture.setAttribute('width', String(width * scale))
  picture.setAttribute('height', String(height * scale))
}

interface MapProps {
  picture: Picture
  moments: readonly Moment[]
  at: number
  moved: readonly string[]
  choose(id: string): void
}

/** The picture comes from the server as SVG, in which every name is text. */
export function NetworkMap({ picture, moments, at, moved, choose }: MapProps) {
  const { svg, places } = picture
  const standIns = useMemo(() => new Map(picture.standIns), [picture])
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (holder.current) holder.current.innerHTML = svg
    if (holder.current) fit(holder.current)
    holder.current?.querySelector('svg')?.setAttribute('role', 'group')
    // The name of a box can be reached by the keyboard: a box may stand in another one, buttons may not.
    for (const name of holder.current?.querySelectorAll('[data-place] > text.name') ?? []) {
      name.setAttribute('tabindex', '0')
      name.setAttribute('role', 'button')
    }
  }, [svg])
  useEffect(() => {
    const { current } = holder
    if (!current) return
    const observer = new ResizeObserver(() => fit(current))
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    const root = holder.current?.querySelector('svg')
    if (root) drawn({ root, places, standIns }, moments, at)
  }, [picture, places, moments, at])
  useEffect(() => {
    for (const id of moved)
      for (const cable of holder.current?.querySelectorAll('[data-cable]') ?? [])
        if (cable.getAttribute('data-cable')?.split(' ').includes(shownAs({ standIns }, id))) {
          cable.classList.add('moves')
          setTimeout(() => cable.classList.remove('moves'), 700)
        }
  }, [moved])
  const chosen = (event: Event) => {
    const group = (event.target as Element).closest('[data-place]')
    const id = group?.getAttribute('data-place') ?? ''
    // A bridge or an interface belongs to the place that it is in.
    const place = places.find((one) => one.id === id) ?? places.findLast((one) => id.startsWith(`${one.id}/`))
    if (place) choose(place.id)
  }
  return html`<div
    class="map"
    ref=${holder}
    onClick=${chosen}
    onKeyDown=${(event: KeyboardEvent) => event.key === 'Enter' && chosen(event)}
  ></div>`
}
