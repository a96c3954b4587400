/** Terminals at the foot of the page, one for each place that was opened. */
import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import { useEffect, useRef } from 'preact/hooks'
import { terminalAddress } from './api.ts'
import { html } from './html.ts'

interface ShellProps {
  lab: string
  place: string
  shown: boolean
  ended(): void
}

/** A shell in a place. */
export function Shell({ lab, place, shown, ended }: ShellProps) {
  const holder = useRef<HTMLDivElement>(null)
  const fit = useRef<FitAddon | null>(null)
  useEffect(() => {
    const terminal = new Terminal({ fontSize: 15, convertEol: false, screenReaderMode: false })
    const addon = new FitAddon()
    fit.current = addon
    terminal.loadAddon(addon)
    if (holder.current) terminal.open(holder.current)
    const socket = new WebSocket(terminalAddress(lab, place))
    const send = (message: object) =>
      socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message))
    terminal.onData((keys) => send({ keys }))
    terminal.onResize(({ cols, rows }) => send({ columns: cols, rows }))
    socket.onopen = () => {
      addon.fit()
      send({ columns: terminal.cols, rows: terminal.rows })
      terminal.focus()
    }
    socket.onmessage = ({ data }) => terminal.write(String(data))
    socket.onclose = ended
    const resized = () => addon.fit()
    addEventListener('resize', resized)
    return () => {
      removeEventListener('resize', resized)
      socket.onclose = null
      socket.close()
      terminal.dispose()
    }
  }, [])
  useEffect(() => {
    if (shown) fit.current?.fit()
  }, [shown])
  return html`<div class="shell" hidden=${!shown} ref=${holder}></div>`
}
