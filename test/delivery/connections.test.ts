import { promises as dns } from 'node:dns'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createSecureServer, TLSSocket } from 'node:tls'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test, vi } from 'vitest'
import { httpTransport } from '../../src/delivery/http/http.js'
import type { WatchedTransport } from '../../src/delivery/http/post.js'
import { block, until } from '../support/until.js'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'
const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/tls', name), 'utf8')
const pair = { key: fixture('key.pem'), cert: fixture('cert.pem') }
const post = { path: '/ingest', headers: {}, body: Buffer.from('{}') }

let server: Server = createServer()
let transport: WatchedTransport
/** The open connections of the server, by age, and how many there were at once at most. */
const open = new Set<Socket>()
let mostOpen = 0

async function start(
  connections: number,
  onRequest: (socket: Socket) => void,
  { isSecure = false, host = '127.0.0.1' } = {},
): Promise<void> {
  mostOpen = 0
  const serve = (socket: Socket) => {
    open.add(socket)
    mostOpen = Math.max(mostOpen, open.size)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    socket.on('data', () => onRequest(socket))
  }
  server = isSecure ? createSecureServer(pair, serve) : createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const apiUrl = `http${isSecure ? 's' : ''}://${host}:${(server.address() as AddressInfo).port}`
  transport = httpTransport({ apiUrl, compression: 'none', proxy: false, connections })
}

/** Accepts the certificate of the fixtures. */
function trustAll(): void {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  // Node warns of it.
  vi.spyOn(process, 'emitWarning').mockReturnValue()
}

afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await transport.close?.()
  for (const socket of open) socket.destroy()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

test('never has more connections than allowed, and answers all who wait', async () => {
  await start(2, (socket) => setTimeout(() => socket.write(OK), 1))
  const answers = await Promise.all(Array.from({ length: 20 }, () => transport.send(post)))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(mostOpen).toBe(2)
})

test('a request that nobody answers gives its place to the next one when it is aborted', async () => {
  const requests: Socket[] = []
  await start(1, (socket) => requests.push(socket))
  const given = new AbortController()
  const silent = transport.send({ ...post, signal: given.signal })
  await until(() => requests.length === 1, 'the first request arrived')
  const next = transport.send(post)
  given.abort()
  await expect(silent).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  await until(() => requests.length === 2, 'the second request arrived')
  expect(requests[1]).not.toBe(requests[0])
  requests[1]?.write(OK)
  expect(await next).toMatchObject({ status: 200 })
})

test('a request that is aborted while it waits for a connection never leaves', async () => {
  let requests = 0
  await start(1, () => requests++)
  const first = transport.send(post)
  await until(() => requests === 1, 'the first request arrived')
  const given = new AbortController()
  const waiting = transport.send({ ...post, signal: given.signal })
  given.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  for (const socket of open) socket.write(OK)
  await first
  expect(requests).toBe(1)
})

test('a request whose signal has aborted before never leaves', async () => {
  let requests = 0
  await start(1, () => requests++)
  await expect(transport.send({ ...post, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ETIMEDOUT',
  })
  expect(requests).toBe(0)
})

test('the end of the transport fails what is on its way and what waits, and closes all connections', async () => {
  await start(1, () => {})
  const both = [transport.send(post), transport.send(post)]
  await until(() => open.size === 1, 'the first request arrived')
  await transport.close?.()
  const ends = await Promise.allSettled(both)
  expect(ends).toMatchObject(Array(2).fill({ status: 'rejected', reason: { code: 'ECONNRESET' } }))
  await until(() => open.size === 0, 'the connection is closed')
})

test('a connection that the peer closes while it is idle is not used', async () => {
  await start(1, (socket) => socket.end(OK))
  for (let n = 0; n < 5; n++) expect(await transport.send(post)).toMatchObject({ status: 200 })
})

test('after a connection was closed under a request, the other idle ones are not tried', async () => {
  const served = new Map<Socket, number>()
  await start(4, (socket) => {
    const before = served.get(socket) ?? 0
    served.set(socket, before + 1)
    // Each connection answers once. The second request to it meets a reset.
    if (before === 0) socket.write(OK)
    else socket.resetAndDestroy()
  })
  await Promise.all(Array.from({ length: 4 }, () => transport.send(post)))
  expect(await transport.send(post)).toMatchObject({ status: 200 })
})

test('the second attempt after a connection was closed is made on a new one, also where it has to wait', async () => {
  const served = new Set<Socket>()
  await start(1, (socket) => {
    // Each connection answers once. The second request to it meets a reset.
    if (served.has(socket)) socket.resetAndDestroy()
    else socket.write(OK)
    served.add(socket)
  })
  await transport.send(post)
  const both = await Promise.all([transport.send(post), transport.send(post)])
  expect(both).toMatchObject([{ status: 200 }, { status: 200 }])
})

test('a header or a path that would end early is a fault of the program', async () => {
  let requests = 0
  await start(1, () => requests++)
  for (const wrong of [{ headers: { 'x-api-key': 'a\r\nx-b: c' } }, { path: '/a b' }, { path: '/a\r\n' }])
    await expect(transport.send({ ...post, ...wrong })).rejects.toBeInstanceOf(TypeError)
  expect(requests).toBe(0)
})

test('a request without a body is complete', async () => {
  const seen: string[] = []
  await start(1, (socket) => socket.write(OK))
  server.on('connection', (socket: Socket) => socket.on('data', (bytes) => seen.push(bytes.toString())))
  await transport.send({ ...post, body: new Uint8Array(0) })
  expect(seen.join('')).toMatch(/^POST \/ingest HTTP\/1\.1\r\nhost: 127.*content-length: 0\r\n.*\r\n\r\n$/s)
})

test('says when the operating system has the request, and when the request has ended', async () => {
  await start(1, () => {})
  const told: boolean[] = []
  const sent = transport.send(post, (isWritten) => told.push(isWritten))
  await until(() => told.length === 1, 'the request is written')
  expect(told).toEqual([true])
  await until(() => open.size === 1, 'the request arrived')
  for (const socket of open) socket.write(OK)
  await sent
  expect(told).toEqual([true, false])
})

test('a connection to the second address of a host does not keep the process alive', async () => {
  vi.spyOn(dns, 'lookup').mockResolvedValue([
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ] as never)
  await start(1, (socket) => socket.unref().write(OK), { host: 'two.localhost' })
  server.unref()
  // Test files that ran before in this process may have left some.
  const before = referencedSockets()
  expect(await transport.send(post)).toMatchObject({ status: 200 })
  expect(referencedSockets()).toBeLessThanOrEqual(before)
})

test('over TLS, a request leaves at once and a peer that has gone is noticed', async () => {
  trustAll()
  const noDelay = vi.spyOn(Socket.prototype, 'setNoDelay')
  const keepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive')
  await start(1, (socket) => socket.write(OK), { isSecure: true })
  expect(await transport.send(post)).toMatchObject({ status: 200 })
  for (const spy of [noDelay, keepAlive]) expect(spy.mock.contexts[0]).toBeInstanceOf(TLSSocket)
  expect(noDelay.mock.calls).toEqual([[true]])
  expect(keepAlive.mock.calls).toEqual([[true, 1_000]])
})

/** How many sockets keep the process alive. */
function referencedSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

/** Answers with the number of its connections. In a thread, so that it also answers while the main thread is blocked. */
const COUNTING_SERVER = `
  const { parentPort, workerData } = require('node:worker_threads')
  let connections = 0
  const server = require('node:tls').createServer(workerData, (socket) => {
    const answer = 'HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\n' + ++connections
    socket.on('error', () => {}).on('data', () => socket.write(answer))
  })
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`

test('over TLS, a connection is used again although the answer is read before the write is known to be over', async () => {
  trustAll()
  const thread = new Worker(COUNTING_SERVER, { eval: true, workerData: pair })
  const [port] = await once(thread, 'message')
  transport = httpTransport({ apiUrl: `https://127.0.0.1:${port}`, compression: 'none', proxy: false })
  const told: boolean[] = []
  const bodies: string[] = []
  for (let n = 0; n < 3; n++) {
    // The loop reads the sockets after the timers, and before it hears of writes.
    await new Promise((resolve) => setTimeout(resolve, 1))
    const sent = transport.send(post, (isWritten) => told.push(isWritten))
    block(100)
    bodies.push((await sent).body)
  }
  await thread.terminate()
  expect(bodies).toEqual(['1', '1', '1'])
  expect(told).toEqual([true, false, true, false, true, false])
})
