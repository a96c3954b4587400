/** Text to elements: what htm reads, Preact makes. Whatever stands in `${…}` is text, never markup. */
import htm from 'htm'
import { h, type VNode } from 'preact'

// Its types were written for another way to export.
const { bind } = htm as unknown as {
  bind(make: typeof h): (text: TemplateStringsArray, ...values: unknown[]) => VNode
}

/** An element, from its text: html`<p>${name}</p>`. */
export const html = bind.call(htm, h)
