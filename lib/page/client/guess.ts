/** A guess before the answer: where does the packet end? A box of the map is clicked, and only then it is told. */
import { useRef, useState } from 'preact/hooks'
import { html } from './html.ts'
import type { PlaceName, Report } from './types.ts'

/** What was guessed: a place, or that it arrives. */
type Guess = { id: string; name: string } | 'arrives'

/** What is said of a guess. */
export function judged(guess: Guess, { status, place }: Report['verdict']): string {
  const truth = status === 'delivered' ? 'it arrives' : place
  const right = guess === 'arrives' ? status === 'delivered' : status !== 'delivered' && guess.name === place
  return right
    ? `You guessed right: ${truth}.`
    : `You guessed ${guess === 'arrives' ? 'that it arrives' : guess.name}; it is: ${truth}.`
}

/** Keeps an answer back until it was guessed, where that is wished. `show` then shows it. */
export function useGuess(show: (report: Report) => void) {
  const [wished, setWished] = useState(false)
  /** Who hears of answers has known this since the page was opened: it is asked what is wished now. */
  const { current: now } = useRef({ wished: false })
  const wish = (is: boolean) => {
    now.wished = is
    setWished(is)
  }
  const [waits, setWaits] = useState<Report>()
  const [said, say] = useState('')
  /** An answer has come. */
  const came = (report: Report) => {
    say('')
    if (now.wished) setWaits(report)
    else show(report)
  }
  const tell = (guess: Guess) => {
    if (!waits) return
    say(judged(guess, waits.verdict))
    setWaits(undefined)
    show(waits)
  }
  /** A box was clicked. Returns whether that was a guess. */
  const clicked = (place: PlaceName | undefined): boolean => {
    if (!waits || !place) return false
    tell(place)
    return true
  }
  return { wished, wish, waits, said, came, tell, clicked }
}

/** The tick for it, the question, and what is said of the guess. */
export function Guessing({ guess }: { guess: ReturnType<typeof useGuess> }) {
  const { wished, wish, waits, said, tell } = guess
  return html`<div class="guess">
    <label class="tick"><input type="checkbox" checked=${wished} onChange=${() => wish(!wished)} /> guess first</label>
    ${waits && html`<p role="status"><b>Where does it end?</b> Click the box on the map, or <button onClick=${() => tell('arrives')}>it arrives</button></p>`}
    ${said && html`<p role="status">${said}</p>`}
  </div>`
}
