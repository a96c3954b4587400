/** How the page asks its server. The token stands in the page's own address. */
const token = new URLSearchParams(location.search).get('token') ?? ''
const headers = { authorization: `Bearer ${token}` }

/** Asks, and returns what the server says; throws its complaint. */
export async function ask<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json')
  if (!answer.ok) throw new Error(isJson ? (JSON.parse(text) as { error: string }).error : text)
  return (isJson ? JSON.parse(text) : text) as T
}

/** The address of a terminal. */
export const terminalAddress = (lab: string, place: string): string =>
  `ws://${location.host}/api/labs/${encodeURIComponent(lab)}/terminal/${encodeURIComponent(place)}?token=${encodeURIComponent(token)}`

/** The address of a capture's file. */
export const captureAddress = (id: string): string =>
  `/api/captures/${id}/capture.pcap?token=${encodeURIComponent(token)}`

/** Listens to the news of a lab until `stop`; begins again by itself when the connection is lost, as after a sleep. */
export function listen<News>(
  lab: string,
  heard: (news: News) => void,
  lost: (isLost: boolean) => void,
): () => void {
  const controller = new AbortController()
  const once = async () => {
    const answer = await fetch(`/api/labs/${encodeURIComponent(lab)}/news`, {
      headers,
      signal: controller.signal,
    })
    if (!answer.ok || !answer.body) throw new Error('no news')
    lost(false)
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const parts = (rest + value).split('\n\n')
      rest = parts.pop() ?? ''
      for (const part of parts) {
        const data = part.replace(/^data: ?/gm, '')
        if (data) heard(JSON.parse(data) as News)
      }
    }
  }
  const loop = async () => {
    while (!controller.signal.aborted) {
      await once().catch(() => {})
      if (controller.signal.aborted) return
      lost(true)
      await new Promise((done) => setTimeout(done, 500))
    }
  }
  void loop()
  return () => controller.abort()
}
