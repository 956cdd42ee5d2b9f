import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { setUser } from '../../src/client/scoped.js'
import { currentScope, processScope, requestScope } from '../../src/scope/current.js'
import { openRecorder, type Served, serve, type WatchedRecorder } from './support.js'

let watched: WatchedRecorder
let served: Served

afterEach(async () => {
  watched.recorder.close()
  await served.close()
  processScope().setUser(undefined)
})

const HANDSHAKE = 'Host: shop\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n'

/** Opens a connection that is upgraded, and returns it when the server has answered. */
async function leave(path: string, method = 'GET') {
  const socket = connect(served.port, '127.0.0.1')
  socket.write(`${method} ${path} HTTP/1.1\r\n${HANDSHAKE}`)
  await once(socket, 'data')
  return socket
}

test.each(['upgrade', 'connect'])(
  'a user set in a listener of %s applies to that connection only',
  async (event) => {
    watched = openRecorder()
    const seen: unknown[] = []
    const server = createServer((_request, response) => {
      seen.push(['a request', currentScope().user])
      response.end()
    })
    server.on(event, (request: IncomingMessage, socket: Duplex) => {
      setUser({ id: request.url ?? '' })
      socket.on('data', () => seen.push(['a message', currentScope().user, requestScope()?.request?.path]))
      socket.on('end', () => socket.end())
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
    })
    served = await serve(() => {}, server)
    const method = event === 'connect' ? 'CONNECT' : 'GET'
    const [ada, bob] = [await leave('/ada', method), await leave('/bob', method)]
    for (const socket of [ada, bob, ada]) {
      const before = seen.length
      socket.write('hello')
      while (seen.length === before) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await (await fetch(served.url)).text()
    await watched.waitForEntries(1)
    expect(seen).toEqual([
      ['a message', { id: '/ada' }, '/ada'],
      ['a message', { id: '/bob' }, '/bob'],
      ['a message', { id: '/ada' }, '/ada'],
      ['a request', undefined],
    ])
    expect(watched.entries).toHaveLength(1)
    ada.destroy()
    bob.destroy()
  },
)

test('a closed recorder does not follow connections', async () => {
  watched = openRecorder()
  const scopes: unknown[] = []
  const server = createServer()
  server.on('upgrade', (_request, socket: Duplex) => {
    scopes.push(requestScope()?.request?.path)
    socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
  })
  served = await serve(() => {}, server)
  await leave('/open')
  watched.recorder.close()
  await leave('/closed')
  expect(scopes).toEqual(['/open', undefined])
})

test('an upgraded connection gives a request entry when it ends, with the status of the answer', async () => {
  watched = openRecorder()
  const server = createServer()
  server.on('upgrade', (request, socket: Duplex) => {
    socket.resume().on('end', () => socket.end())
    if (request.url === '/refused?token=abc')
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
    else socket.write(Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\n\r\n'))
  })
  served = await serve(() => {}, server)
  await leave('/refused?token=abc')
  await watched.waitForEntries(1)
  const open = await leave('/chat')
  expect(watched.entries).toHaveLength(1)
  open.end()
  await watched.waitForEntries(2)
  expect(watched.entries.map(({ path, status_code }) => [path, status_code])).toEqual([
    ['/refused', 401],
    ['/chat', 101],
  ])
})

test.each(['upgrade', 'connect'])('an application may emit %s with objects of its own', async (event) => {
  watched = openRecorder()
  const server = createServer((_request, response) => response.end())
  const heard: unknown[] = []
  server.on(event, (request: unknown) => heard.push(request))
  served = await serve(() => {}, server)
  await fetch(served.url)
  for (const [request, socket] of [
    ['none', null],
    [{}, 1],
    [null, Object.freeze({})],
  ]) {
    server.emit(event as never, request as never, socket as never)
  }
  expect(heard).toEqual(['none', {}, null])
})

test('a request that an application emits once more stays one request', async () => {
  watched = openRecorder()
  const server = createServer()
  const seen: unknown[] = []
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    seen.push(requestScope(), currentScope().user?.id)
    setUser({ id: 'ada' })
    if (seen.length === 2) server.emit('upgrade', request, socket, head)
    else socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
  })
  served = await serve(() => {}, server)
  ;(await leave('/chat')).destroy()
  const [entry] = await watched.waitForEntries(1)
  expect(entry?.status_code).toBe(101)
  expect(seen).toEqual([seen[0], undefined, seen[0], 'ada'])
  expect(watched.scopes).toEqual([seen[0]])
})
