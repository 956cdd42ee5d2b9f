// Accepts every POST, answers at once and counts: requests, bytes, and occurrences of a given text in the bodies.
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

const self = fileURLToPath(import.meta.url)

/**
 * Starts the server in a process of its own.
 * @param mark text that each counted item contains exactly once
 * @returns its address; `take()` gives the counts since the last call
 */
export async function startCountingServer(mark) {
  const child = fork(self, [mark])
  const url = await once(child)
  return {
    url,
    take() {
      child.send('take')
      return once(child)
    },
    stop: () => child.disconnect(),
  }
}

function once(child) {
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`the counting server ended (${code})`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message)
    })
  })
}

function serve(mark) {
  const wanted = Buffer.from(mark)
  let counts = { requests: 0, bytes: 0, marks: 0 }
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      counts.requests++
      counts.bytes += body.length
      for (let at = body.indexOf(wanted); at !== -1; at = body.indexOf(wanted, at + wanted.length))
        counts.marks++
      response.setHeader('content-type', 'application/json')
      response.end('{"accepted":100,"rejected":0,"errors":[]}')
    })
  })
  server.keepAliveTimeout = 60_000
  process.on('message', () => {
    process.send(counts)
    counts = { requests: 0, bytes: 0, marks: 0 }
  })
  process.on('disconnect', () => process.exit())
  server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`))
}

if (process.argv[1] === self) serve(process.argv[2])
