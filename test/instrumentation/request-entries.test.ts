import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ownServers } from '../../src/common/own-servers.js'
import { requestScope } from '../../src/scope/current.js'
import { openRecorder, type Served, serve, speak, until, type WatchedRecorder } from './support.js'

let watched: WatchedRecorder
let served: Served

afterEach(async () => {
  watched.recorder.close()
  await served.close()
})

test('a request entry has all known fields of its request', async () => {
  watched = openRecorder()
  served = await serve((_request, response) => {
    response.statusCode = 201
    response.end('made')
  })
  const before = Date.now()
  await fetch(`${served.url}/orders/7?full=1`, {
    method: 'POST',
    headers: { 'x-request-id': 'req-1', 'user-agent': 'a test' },
  })
  const [entry] = await watched.waitForEntries(1)
  expect(entry).toEqual({
    method: 'POST',
    path: '/orders/7',
    status_code: 201,
    duration_ms: expect.any(Number),
    request_id: 'req-1',
    ip: '127.0.0.1',
    user_agent: 'a test',
    host: `127.0.0.1:${served.port}`,
    scheme: 'http',
    runtime: 'node',
    runtime_version: process.versions.node,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  })
  expect(Date.parse(entry?.timestamp ?? '')).toBeGreaterThanOrEqual(before)
  expect(entry?.duration_ms).toBeGreaterThan(0)
})

test('a request id with invalid characters, of two headers or of none is replaced by a new one', async () => {
  watched = openRecorder()
  served = await serve((_request, response) => response.end())
  for (const input of ['with space', 'x'.repeat(129), 'a,b', 'ümlaut']) {
    await speak(
      served.port,
      `GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${input}\r\nConnection: close\r\n\r\n`,
      '\r\n\r\n',
    )
  }
  await speak(
    served.port,
    'GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\r\nX-Request-Id: b\r\nConnection: close\r\n\r\n',
    '\r\n\r\n',
  )
  await fetch(served.url)
  const ids = (await watched.waitForEntries(6)).map((entry) => entry.request_id)
  expect(new Set(ids).size).toBe(6)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(watched.scopes.every((scope) => scope.requestIdIsOurs)).toBe(true)
})

test('the query is kept with includeQuery, and the path of a request in absolute form is found', async () => {
  watched = openRecorder({ includeQuery: true })
  served = await serve((_request, response) => response.end())
  await fetch(`${served.url}/a?b=1&c=%20`)
  await speak(
    served.port,
    'GET http://other.example/x?y=1 HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n',
    '\r\n\r\n',
  )
  await speak(
    served.port,
    'OPTIONS * HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n',
    '\r\n\r\n',
  )
  const entries = await watched.waitForEntries(3)
  expect(entries.map((entry) => entry.path)).toEqual(['/a?b=1&c=%20', '/x?y=1', '*'])
})

test('a client that closes the connection before the answer is counted as 499', async () => {
  watched = openRecorder()
  const asked: string[] = []
  served = await serve((request) => void asked.push(request.url ?? ''))
  const leave = new AbortController()
  const answer = fetch(`${served.url}/slow`, { signal: leave.signal }).catch(() => 'aborted')
  await until(() => asked.length === 1)
  leave.abort()
  await answer
  const [entry] = await watched.waitForEntries(1)
  expect(entry?.status_code).toBe(499)
})

test('a server that closes the connection without an answer is counted as 499, because no status was sent', async () => {
  watched = openRecorder()
  served = await serve((_request, response) => void response.destroy())
  await fetch(served.url).catch(() => {})
  expect((await watched.waitForEntries(1))[0]?.status_code).toBe(499)
})

test('an answer cut off after its head has the status that the client received', async () => {
  watched = openRecorder()
  served = await serve((_request, response) => {
    response.writeHead(206, { 'content-type': 'text/event-stream' })
    response.write('data: 1\n\n')
  })
  const answer = await fetch(served.url)
  await answer.body?.cancel()
  expect((await watched.waitForEntries(1))[0]?.status_code).toBe(206)
})

test('requests over one connection, pipelined or sequential, give one request entry each', async () => {
  watched = openRecorder()
  served = await serve((request, response) => {
    setTimeout(() => response.end(`<${request.url}>`), request.url === '/1' ? 30 : 1)
  })
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
  const heard = await speak(served.port, get('/1') + get('/2') + get('/3'), '</3>')
  expect(heard.match(/<\/\d>/g)).toEqual(['</1>', '</2>', '</3>'])
  const entries = await watched.waitForEntries(3)
  expect(entries.map((entry) => entry.path)).toEqual(['/1', '/2', '/3'])
})

test('pipelined requests whose connection ends before their turn give one request entry each, with 499', async () => {
  watched = openRecorder()
  let asked = 0
  served = await serve((request, response) => {
    asked++
    if (request.url !== '/1') response.end('never sent')
  })
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
  const socket = connect(served.port, '127.0.0.1', () => socket.write(get('/1') + get('/2') + get('/3')))
  await until(() => asked === 3)
  socket.destroy()
  const entries = await watched.waitForEntries(3)
  expect(entries.map((entry) => [entry.path, entry.status_code]).sort()).toEqual([
    ['/1', 499],
    ['/2', 499],
    ['/3', 499],
  ])
})

test('a request that Node itself answers, such as a failed expectation, gives a request entry too', async () => {
  watched = openRecorder()
  served = await serve((_request, response) => response.end())
  await speak(
    served.port,
    'GET /odd HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nConnection: close\r\n\r\n',
    '\r\n\r\n',
  )
  await speak(served.port, 'GET /hostless HTTP/1.1\r\nConnection: close\r\n\r\n', '\r\n\r\n')
  const entries = await watched.waitForEntries(2)
  expect(entries.map((entry) => [entry.path, entry.status_code])).toEqual([
    ['/odd', 417],
    ['/hostless', 400],
  ])
})

test('servers of this package write no request entries', async () => {
  watched = openRecorder()
  const own = await serve((_request, response) => response.end())
  ownServers.add(own.server)
  served = await serve((_request, response) => response.end())
  await fetch(`${own.url}/ours`)
  await fetch(`${served.url}/theirs`)
  await watched.waitForEntries(1)
  await own.close()
  expect(watched.entries.map((entry) => entry.path)).toEqual(['/theirs'])
})

test('a second recorder leaves each request to the first, and takes over when the first one closes', async () => {
  watched = openRecorder()
  const second = openRecorder()
  served = await serve((_request, response) => response.end())
  await fetch(`${served.url}/a`)
  await watched.waitForEntries(1)
  watched.recorder.close()
  await fetch(`${served.url}/b`)
  await second.waitForEntries(1)
  second.recorder.close()
  await fetch(`${served.url}/c`)
  expect(watched.entries.map((entry) => entry.path)).toEqual(['/a'])
  expect(second.entries.map((entry) => entry.path)).toEqual(['/b'])
})

test('a request that was open when its recorder closed still gets its request entry', async () => {
  watched = openRecorder()
  const waiting: (() => void)[] = []
  served = await serve((_request, response) => void waiting.push(() => response.end()))
  const answer = fetch(served.url)
  await until(() => waiting.length === 1)
  watched.recorder.close()
  waiting[0]?.()
  await answer
  expect(await watched.waitForEntries(1)).toHaveLength(1)
})

test('the place of a middleware for all paths is the route of an answer, and not of a 404', async () => {
  watched = openRecorder()
  served = await serve((request, response) => {
    requestScope()?.setRoute('/*')
    response.statusCode = request.url === '/none' ? 404 : 200
    response.end()
  })
  for (const path of ['/files', '/none']) await fetch(served.url + path)
  const routes = (await watched.waitForEntries(2)).map(({ path, route }) => [path, route])
  expect(routes).toEqual([
    ['/files', '/*'],
    ['/none', undefined],
  ])
})
