/**
 * The manager: clients give it numbers, workers fetch them, square them, and bring them back.
 *
 *   node manager.mjs PORT
 */
import { createServer } from 'node:http'

/** How long a client waits, and after how much silence a number is given to another worker, in milliseconds. */
const [patience, silence] = [3000, 700]

let number = 0
/** What is to be squared: by its number. `since`: when a worker took it. */
const tasks = new Map()

/** The next task that no worker has, or that one has kept for too long. */
function next() {
  const now = performance.now()
  const task = [...tasks.values()].find(({ since }) => since === undefined || now - since > silence)
  if (task) task.since = now
  return task && { id: task.id, value: task.value }
}

const squared = (value) =>
  new Promise((resolve, reject) => {
    const id = ++number
    const end = setTimeout(() => {
      tasks.delete(id)
      reject(new Error('no worker has answered'))
    }, patience)
    const done = (result) => {
      clearTimeout(end)
      tasks.delete(id)
      resolve(result)
    }
    tasks.set(id, { id, value, done })
  })

const routes = {
  'GET /health': () => ({ ok: true }),
  'GET /task': () => next() ?? {},
  'POST /result': ({ id, result }) => {
    tasks.get(id)?.done(result)
    return {}
  },
  'POST /squares': ({ numbers }) => Promise.all(numbers.map(squared)),
}

createServer(async (request, response) => {
  try {
    const route = routes[`${request.method} ${request.url}`]
    const body = (await request.toArray()).join('')
    const answer = route ? await route(body ? JSON.parse(body) : {}) : undefined
    response.writeHead(route ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  } catch (error) {
    response.writeHead(503).end(error.message)
  }
}).listen(Number(process.argv[2]), () => console.log('listening'))
