import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import type { OpenRequest } from '../../instrumentation/open-request.js'
import { keep, letGo, openRequestOf } from '../../instrumentation/open-requests.js'
import { openRecorder, type Served, serve, until, type WatchedRecorder } from './support.js'

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
  expect(Object.keys(seen[0]?.rawHeaders ?? [])).toEqual(seen[0]?.rawHeaders.map((_, n) => `${n}`))
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
  expect(later.map(idOf)).toEqual(later.map(() => 'later'))
  await untilFreed(refs)
  for (const one of later) letGo(one)
})
