import { createServer } from 'node:http'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

const UNPACK = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync }

/**
 * Accepts data of every peer in any protocol. A message is in the body as it was written, in JSON, protobuf or
 * MessagePack alike, and each message counts once.
 */
export async function openReceiver() {
  let fault
  const logs = new Set()
  let errors = 0
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    if (fault && performance.now() < fault.endsAt) {
      response.writeHead(fault.status, fault.retryAfter && { 'retry-after': `${fault.retryAfter}` }).end()
      return
    }
    const text = (UNPACK[request.headers['content-encoding']]?.(body) ?? body).toString('latin1')
    for (const [message] of text.matchAll(/survival log \d+\./g)) logs.add(message)
    if (text.includes('survival error')) errors++
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(answer(request.url, text))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    logs: () => logs.size,
    errors: () => errors,
    fault: ({ forMs, ...how }) => {
      fault = { ...how, endsAt: performance.now() + forMs }
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function answer(url, text) {
  if (!/\/track$/.test(url)) return '{"status":1}'
  const count = text.trim().split('\n').length
  return JSON.stringify({ itemsReceived: count, itemsAccepted: count, errors: [] })
}
