/** What one listener has not been sent yet: of each kind only the newest, however slowly it reads, or while it sleeps. */
import type { News } from './client/types.ts'

/** The interfaces that moved, in the older news too: what a kind's newest does not say of itself. */
const joined = (older: News | undefined, newer: News): News =>
  older?.kind === 'moved' && newer.kind === 'moved'
    ? { kind: 'moved', interfaces: [...new Set([...older.interfaces, ...newer.interfaces])] }
    : newer

/** Takes news, and sends one after the other: the next when the last has been taken. */
export function mailbox(send: (news: News) => Promise<unknown>): (news: News) => void {
  const waiting = new Map<News['kind'], News>()
  let sending = false
  const empty = async () => {
    sending = true
    for (let [next] = waiting.values(); next; [next] = waiting.values()) {
      waiting.delete(next.kind)
      await send(next).catch(() => {}) // it has left
    }
    sending = false
  }
  return (news) => {
    waiting.set(news.kind, joined(waiting.get(news.kind), news))
    if (!sending) void empty()
  }
}
