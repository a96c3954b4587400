/** What `nc` says when it could not connect, for all kinds that ask a port. */
import { type Observed, unreachable } from './kind.ts'

/** The outcome of a connection that did not come about; undefined when the words tell of none. */
export function notConnected(text: string): Observed | undefined {
  if (/refused/i.test(text)) return 'closed'
  if (unreachable.test(text)) return 'unreachable'
  return /timed out|in progress|timeout/i.test(text) ? 'filtered' : undefined
}

/** The same, as branches of a `case` in a shell. */
export const notConnectedShell = `  *[Rr]efused*) echo closed ;;
  *nreachable* | *'No route to host'* | *'Protocol not available'*) echo unreachable ;;
  *'timed out'* | *'in progress'*) echo filtered ;;`
