/** The labs that somebody looks at: each is watched once, however many look. */
import { findLab } from '../server/labs.ts'
import type { Stack } from '../why/stacks.ts'
import type { News } from './client/types.ts'
import { type LiveLab, liveLab } from './live.ts'

/** How long a lab is still watched when nobody looks any more, in milliseconds. */
const lingers = 5000

/** The labs that somebody looks at; `left` is told when nobody looks at one any more. */
export function lookedAt(left: (name: string) => void) {
  const labs = new Map<
    string,
    { live: LiveLab; listeners: Set<(news: News) => void>; timer?: NodeJS.Timeout }
  >()
  const end = (name: string) => {
    labs.get(name)?.live.end()
    labs.delete(name)
    left(name)
  }
  return {
    look(name: string, listener: (news: News) => void): () => void {
      const lab = findLab(name)
      if (!lab) {
        listener({ kind: 'gone' })
        return () => {}
      }
      const known = labs.get(name)
      const listeners = known?.listeners ?? new Set()
      const entry = known ?? {
        listeners,
        live: liveLab(lab, (news) => {
          if (news.kind === 'gone') end(name) // a later one of that name is watched anew
          for (const one of listeners) one(news)
        }),
      }
      clearTimeout(entry.timer)
      labs.set(name, entry)
      listeners.add(listener)
      for (const news of entry.live.now()) listener(news)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0 || labs.get(name) !== entry) return
        entry.timer = setTimeout(() => end(name), lingers)
        entry.timer.unref()
      }
    },
    tell(name: string, news: News) {
      for (const one of labs.get(name)?.listeners ?? []) one(news)
    },
    stacks: (name: string): Stack[] => labs.get(name)?.live.stacks() ?? [],
    endAll: () => [...labs.keys()].forEach(end),
  }
}

export type LookedAt = ReturnType<typeof lookedAt>
