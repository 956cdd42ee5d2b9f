import { ok } from 'node:assert'
import { createServer, request as forward } from 'node:http'

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
  return { bodies, ...(await opened(server)) }
}

/** A proxy for http. `asked` holds the addresses it was asked for. */
export async function startProxy() {
  const asked = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    const onward = forward(request.url, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.writeHead(502).end())
    request.pipe(onward)
  })
  return { asked, ...(await opened(server)) }
}

/**
 * A server in front of another one. Its first answer is 429 with a date to retry after, two seconds from the answer's
 * own. `check` throws where the second request did not wait for that date.
 */
export async function startBusy(url) {
  let again
  let isEarly = false
  const server = createServer((request, response) => {
    if (again === undefined) {
      again = new Date(Date.now() + 2000).toUTCString()
      request.resume().on('end', () => response.writeHead(429, { 'retry-after': again }).end('{}'))
      return
    }
    // Dates are in whole seconds.
    isEarly ||= Date.now() < Date.parse(again) - 1000
    const headers = { ...request.headers, host: new URL(url).host }
    const onward = forward(url + request.url, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.writeHead(502).end())
    request.pipe(onward)
  })
  const check = () =>
    ok(again !== undefined && !isEarly, 'the second request waited for the date of Retry-After')
  return { check, ...(await opened(server)) }
}

async function opened(server) {
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(done))
    },
  }
}
