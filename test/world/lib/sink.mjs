import { createServer } from 'node:http'

/** A server that takes everything. `bodies` holds what came, as text, by path. */
export async function startSink(answer = '{}') {
  const bodies = new Map()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request.setEncoding('latin1')) body += piece
    const { pathname } = new URL(request.url, 'http://sink')
    bodies.set(pathname, (bodies.get(pathname) ?? '') + body)
    response.setHeader('content-type', 'application/json').end(answer)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    address: `127.0.0.1:${server.address().port}`,
    bodies,
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(done))
    },
  }
}
