import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2ServerRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { setUser } from '../../src/client/scoped.js'
import { currentScope, processScope } from '../../src/scope/current.js'
import { openRecorder, until, type WatchedRecorder } from './support.js'

const tls = join(import.meta.dirname, '../fixtures/tls')
const CERTIFICATE = {
  key: readFileSync(join(tls, 'key.pem')),
  cert: readFileSync(join(tls, 'cert.pem')),
}

let watched: WatchedRecorder
let server: Http2Server | Http2SecureServer
let session: ClientHttp2Session | undefined

afterEach(async () => {
  watched.recorder.close()
  session?.destroy()
  session = undefined
  await new Promise((resolve) => server.close(resolve))
  processScope().setUser(undefined)
})

async function open(options: Parameters<typeof openRecorder>[0] = {}): Promise<number> {
  watched = openRecorder(options)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const scheme = 'setSecureContext' in server ? 'https' : 'http'
  session = connect(`${scheme}://localhost:${port}`, {
    rejectUnauthorized: false,
    lookup: (_name, _options, give) => give(null, [{ address: '127.0.0.1', family: 4 }] as never, 4),
  })
  return port
}

async function ask(headers: OutgoingHttpHeaders): Promise<IncomingHttpHeaders> {
  const stream = (session as ClientHttp2Session).request(headers)
  stream.end()
  const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  stream.resume()
  await once(stream, 'close')
  return answer
}

test('each HTTP/2 request has a request entry, a request id and a scope of its own', async () => {
  const users: unknown[] = []
  server = createServer((request, response) => {
    if (request.url === '/login?token=abc') setUser({ id: 'ada' })
    // After the head, because the events of the body belong to the request too.
    request.resume().on('end', () => {
      users.push(currentScope().user)
      response.writeHead(request.url === '/missing' ? 404 : 201)
      response.end('done')
    })
  })
  const port = await open()
  await ask({ ':path': '/login?token=abc', ':method': 'POST', 'user-agent': 'tester/1' })
  await ask({ ':path': '/missing', 'x-request-id': 'asked-for' })
  const [login, missing] = await watched.waitForEntries(2)
  expect(users).toEqual([{ id: 'ada' }, undefined])
  expect(login).toMatchObject({
    method: 'POST',
    path: '/login',
    status_code: 201,
    host: `localhost:${port}`,
    scheme: 'http',
    ip: '127.0.0.1',
    user_agent: 'tester/1',
  })
  expect(missing).toMatchObject({
    method: 'GET',
    path: '/missing',
    status_code: 404,
    request_id: 'asked-for',
  })
  expect(login?.request_id).toMatch(/^[0-9a-f-]{36}$/)
  expect(processScope().user).toBeUndefined()
})

test('a secure server that also speaks HTTP/1.1 writes a request entry for each request of either version', async () => {
  server = createSecureServer({ ...CERTIFICATE, allowHTTP1: true }, (_request, response) => {
    response.end('done')
  })
  const port = await open()
  await ask({ ':path': '/two' })
  await new Promise<void>((resolve) => {
    get({ host: '127.0.0.1', port, path: '/one', rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume().on('end', resolve)
    })
  })
  await watched.waitForEntries(2)
  expect(watched.entries.map(({ path, scheme }) => [path, scheme]).sort()).toEqual([
    ['/one', 'https'],
    ['/two', 'https'],
  ])
})

test('an application that listens to streams gets the same', async () => {
  server = createServer()
  server.on('stream', (stream, headers) => {
    setUser({ id: String(headers[':path']) })
    setImmediate(() => {
      stream.respond({ ':status': 204 })
      stream.end()
    })
  })
  await open()
  await Promise.all([ask({ ':path': '/a' }), ask({ ':path': '/b' })])
  await watched.waitForEntries(2)
  expect(watched.entries.map(({ path, status_code }) => [path, status_code]).sort()).toEqual([
    ['/a', 204],
    ['/b', 204],
  ])
  expect(watched.scopes.map(({ user }) => user?.id).sort()).toEqual(['/a', '/b'])
})

test('a client that resets its stream before the answer is counted as 499', async () => {
  let hasBegun = false
  server = createServer(() => {
    hasBegun = true
  })
  await open()
  const stream = (session as ClientHttp2Session).request({ ':path': '/slow' })
  stream.on('error', () => {})
  await until(() => hasBegun, 'the server has the request')
  stream.close(8)
  const [entry] = await watched.waitForEntries(1)
  expect(entry).toMatchObject({ path: '/slow', status_code: 499 })
})

test("captureUser receives the same request object as the server's listener", async () => {
  let asked: unknown
  server = createServer((request, response) => {
    Object.assign(request, { user: { id: 'ada' } })
    asked = currentScope().user
    response.end()
  })
  await open({ captureUser: (request: unknown) => (request as Http2ServerRequest & { user: object }).user })
  await ask({ ':path': '/me' })
  await watched.waitForEntries(1)
  expect(asked).toEqual({ id: 'ada' })
})
