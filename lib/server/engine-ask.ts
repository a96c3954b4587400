/** Questions to a Docker Engine: one GET each, with a limit of time, without the library that is for changing things. */

/** How long a question waits for its answer, in milliseconds. */
export const questionLimit = 2000

/** What the engine behind a socket answers, as text. Rejects when it refuses, or does not answer in time. */
export async function engineSays(socketPath: string, path: string, ms = questionLimit): Promise<string> {
  const { get } = await import('node:http') // only where there is an engine it is needed
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(ms)
    const request = get({ socketPath, path, agent: false, signal }, async (response) => {
      try {
        let text = ''
        for await (const part of response.setEncoding('utf8')) text += part
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(text.trim() || `${path}: ${response.statusCode}`))
      } catch (error) {
        reject(error)
      }
    })
    request.once('error', (error) => reject(signal.aborted ? new Error('the engine does not answer') : error))
  })
}

/** The same, as data. */
export const askEngine = async <T>(socketPath: string, path: string): Promise<T> =>
  JSON.parse((await engineSays(socketPath, path)) || 'null')
