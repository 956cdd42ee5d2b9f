import { createServer, IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import type { OpenRequest } from '../../instrumentation/open-request.js'
import { keep, letGo, markHeaders, openRequestOf } from '../../instrumentation/open-requests.js'
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

const request = (id: string) => ({ scope: { requestId: id } }) as unknown as OpenRequest
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

test('an object that was let go has no request, and a request with its list of headers has', () => {
  const [response, incoming] = [{}, { rawHeaders: ['Host', 'a'] }]
  keep(response, request('r'))
  keep(incoming, request('r'))
  markHeaders(incoming, request('r'))
  expect([response, incoming].map(idOf)).toEqual(['r', 'r'])
  letGo(response)
  letGo(incoming)
  expect([response, incoming].map(idOf)).toEqual([undefined, 'r'])
})

test('of many requests without an end the oldest are not referenced, and are still found', async () => {
  const first = { rawHeaders: [] }
  keep(first, request('first'))
  const refs = Array.from({ length: 100 }, () => {
    const endless = {}
    keep(endless, request('endless'))
    return new WeakRef(endless)
  })
  const later = Array.from({ length: 2000 }, () => ({}))
  for (const one of later) keep(one, request('later'))
  expect(idOf(first)).toBe('first')
  letGo(first)
  expect(idOf(first)).toBe('first')
  expect(later.map(idOf)).toEqual(later.map(() => 'later'))
  await untilFreed(refs)
  for (const one of later) letGo(one)
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

test('an application may do to the list of headers what it wants', async () => {
  watched = openRecorder()
  const thrown: unknown[] = []
  const own = { GET: null, PUT: 'none', PATCH: undefined, POST: Object.freeze([]) }
  const seen: IncomingMessage[] = []
  served = await serve((incoming, response) => {
    if (incoming.method === 'DELETE') Object.freeze(incoming.rawHeaders)
    else incoming.rawHeaders = own[incoming.method as 'GET'] as never
    seen.push(incoming)
    const { emit } = incoming
    incoming.emit = (...event: unknown[]) => {
      try {
        return Reflect.apply(emit, incoming, event)
      } catch (error) {
        thrown.push(error)
        return true
      }
    }
    response.end()
  })
  for (const method of [...Object.keys(own), 'DELETE']) await fetch(served.url, { method })
  await watched.waitForEntries(5)
  await until(() => seen.every((incoming) => incoming.closed))
  expect(thrown).toEqual([])
  expect(seen.map(idOf).slice(4)).toEqual([watched.entries[4]?.request_id])
})

/** A server whose requests have this list of headers of the application's own. */
function serveWithList(list: (incoming: IncomingMessage) => string[], seen: IncomingMessage[]) {
  class Own extends IncomingMessage {
    constructor(socket: Socket) {
      super(socket)
      Object.defineProperty(this, 'rawHeaders', { get: () => list(this), set() {} })
    }
  }
  const server = createServer({ IncomingMessage: Own as typeof IncomingMessage }, (incoming, response) => {
    seen.push(incoming)
    response.end()
  })
  return serve(() => {}, server)
}

test('requests with one list of headers for all are not taken for each other', async () => {
  watched = openRecorder()
  const seen: IncomingMessage[] = []
  const list = ['Host', 'a']
  served = await serveWithList(() => list, seen)
  for (let n = 0; n < 3; n++) await speak(served.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'HTTP/1.1 200')
  const entries = await watched.waitForEntries(3)
  expect(new Set(entries.map((entry) => entry.request_id)).size).toBe(3)
  await until(() => seen.every((incoming) => incoming.closed))
  expect(seen.map(idOf)).toEqual([undefined, undefined, undefined])
})

test('a list of headers that throws reaches neither the application nor the entry', async () => {
  watched = openRecorder()
  const seen: IncomingMessage[] = []
  const thrown: unknown[] = []
  const catchThrown = (error: unknown) => void thrown.push(error)
  process.on('uncaughtException', catchThrown)
  served = await serveWithList((incoming) => {
    if (seen.includes(incoming)) throw new Error('read later')
    return ['Host', 'a']
  }, seen)
  await speak(served.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'HTTP/1.1 200')
  await watched.waitForEntries(1)
  await until(() => seen[0]?.closed === true)
  const [incoming] = seen
  expect(() => served?.server.emit('mine', incoming)).not.toThrow()
  process.off('uncaughtException', catchThrown)
  expect([thrown, watched.drops, seen.map(idOf)]).toEqual([[], [], [undefined]])
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

test('the list of headers looks as it would without us, while the request is open and later', async () => {
  watched = openRecorder()
  const lists: string[][] = []
  const keys: unknown[] = []
  served = await serve((incoming, response) => {
    lists.push(incoming.rawHeaders)
    keys.push(Object.getOwnPropertySymbols({ ...incoming.rawHeaders }))
    response.end()
  })
  await fetch(served.url, { headers: { connection: 'close' } })
  await watched.waitForEntries(1)
  await served.close()
  expect(lists[0]).toStrictEqual([...(lists[0] ?? [])])
  expect(keys).toEqual([[]])
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
