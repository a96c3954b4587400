/**
 * A client: prints the squares of some numbers. Exit code 1 when there is no answer.
 *
 *   node client.mjs http://MANAGER:PORT 1 2 3
 */
const [, , manager, ...numbers] = process.argv
const body = JSON.stringify({ numbers: numbers.map(Number) })
const answer = await fetch(`${manager}/squares`, { method: 'POST', body })
if (answer.ok) console.log((await answer.json()).join(' '))
else {
  console.error(await answer.text())
  process.exitCode = 1
}
