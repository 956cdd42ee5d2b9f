import { IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import { openRequestOf } from '../../instrumentation/open-requests.js'
import { openRecorder, type Served, serve, speak, until, type WatchedRecorder } from './support.js'

let watched: WatchedRecorder | undefined
let served: Served | undefined

afterEach(async () => {
  watched?.recorder.close()
  await served?.close()
})

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** Resolves once the garbage collector has freed all of these objects. */
async function untilFreed(refs: readonly WeakRef<object>[]): Promise<void> {
  await until(() => {
    collect()
    return refs.every((ref) => ref.deref() === undefined)
  }, 'the objects are freed')
}

const idOf = (emitter: object) => openRequestOf(emitter)?.scope.requestId

test('a request that is closed is still found, by the request alone', async () => {
  watched = openRecorder()
  const seen: IncomingMessage[] = []
  served = await serve((incoming, response) => {
    seen.push(incoming)
    incoming.resume()
    response.end()
  })
  await fetch(served.url, { method: 'POST', body: 'x', headers: { 'x-request-id': 'r1' } })
  await watched.waitForEntries(1)
  await until(() => seen[0]?.closed === true)
  expect(idOf(seen[0] as IncomingMessage)).toBe('r1')
})

test('nothing references requests and responses that are closed', async () => {
  watched = openRecorder()
  const refs: WeakRef<object>[] = []
  served = await serve((incoming, response) => {
    refs.push(new WeakRef(incoming), new WeakRef(response))
    response.end()
  })
  const { url } = served
  await Promise.all(Array.from({ length: 20 }, () => fetch(url, { headers: { connection: 'close' } })))
  await watched.waitForEntries(20)
  await served.close()
  await untilFreed(refs)
})

test('nothing references a pipelined request whose connection broke before its turn', async () => {
  watched = openRecorder()
  const refs: WeakRef<object>[] = []
  served = await serve((incoming, response) => {
    refs.push(new WeakRef(incoming), new WeakRef(response))
    // The first one is never answered, and the second one waits for it.
    if (incoming.url === '/second') response.end('second')
  })
  const socket = connect(served.port, '127.0.0.1')
  socket.write('GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => refs.length === 4)
  socket.destroy()
  const entries = await watched.waitForEntries(2)
  expect(entries.map(({ path }) => path).sort()).toEqual(['/first', '/second'])
  await served.close()
  await untilFreed(refs)
})

test('each of more than a thousand requests that are open at one time gets its entry', async () => {
  watched = openRecorder()
  const open: ServerResponse[] = []
  served = await serve((_, response) => void open.push(response))
  const { port } = served
  const sockets = Array.from({ length: 1100 }, () => connect(port, '127.0.0.1'))
  for (const socket of sockets) socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => open.length === 1100)
  for (const response of open) response.end()
  const entries = await watched.waitForEntries(1100)
  expect(entries.filter((entry) => entry.status_code === 200)).toHaveLength(1100)
  for (const socket of sockets) socket.destroy()
})

test('a request that a framework made out of an open one is found', async () => {
  watched = openRecorder()
  const ids: unknown[] = []
  served = await serve((incoming, response) => {
    const copy = Object.assign(Object.create(IncomingMessage.prototype), incoming)
    ids.push(...[Object.create(incoming), new Proxy(incoming, {}), copy].map(idOf))
    response.end()
  })
  await fetch(served.url, { headers: { 'x-request-id': 'r1' } })
  expect(ids).toEqual(['r1', 'r1', 'r1'])
})

test('an object of the application that throws at every access may be emitted', async () => {
  watched = openRecorder()
  served = await serve((_, response) => void response.end())
  await fetch(served.url)
  const throws = () => {
    throw new Error('a proxy')
  }
  const proxy = new Proxy({}, { get: throws, has: throws, getPrototypeOf: throws })
  expect(served.server.emit('mine', proxy)).toBe(false)
})

test('nothing references a request whose body never came', async () => {
  watched = openRecorder()
  const refs: WeakRef<object>[] = []
  served = await serve((incoming, response) => {
    refs.push(new WeakRef(incoming), new WeakRef(response))
    response.end()
  })
  await speak(served.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx', 'Content-Length: 0')
  await watched.waitForEntries(1)
  await served.close()
  await untilFreed(refs)
})

test('pipelined requests that were read end with their connection too', async () => {
  watched = openRecorder()
  const refs: WeakRef<object>[] = []
  const warnings: Error[] = []
  const warn = (warning: Error) => void warnings.push(warning)
  process.on('warning', warn)
  let closed = 0
  served = await serve((incoming, response) => {
    refs.push(new WeakRef(incoming), new WeakRef(response))
    incoming.resume().on('close', () => closed++)
    // The first one is never answered, and the others wait for it.
    if (incoming.url !== '/0') response.end('answer')
  })
  const socket = connect(served.port, '127.0.0.1')
  for (let n = 0; n < 20; n++) socket.write(`POST /${n} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx`)
  await until(() => closed === 20)
  socket.destroy()
  const entries = await watched.waitForEntries(20)
  expect(new Set(entries.map(({ path, status_code }) => `${path} ${status_code}`)).size).toBe(20)
  await served.close()
  await untilFreed(refs)
  process.off('warning', warn)
  expect([warnings, watched.entries.length]).toEqual([[], 20])
})
