import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import { currentScope, processScope, requestScope } from '../../src/scope/current.js'
import type { User } from '../../src/wire/log.js'
import { until } from '../support/until.js'
import { openRecorder, type Served, serve, speak, type WatchedRecorder } from './support.js'

let watched: WatchedRecorder
let served: Served

afterEach(async () => {
  watched.recorder.close()
  await served.close()
  processScope().setTags(undefined)
})

test('the scope of a request has its facts, and once answered its status and duration', async () => {
  watched = openRecorder()
  const during: unknown[] = []
  served = await serve((_request, response) => {
    during.push(requestScope()?.request, requestScope()?.requestId, requestScope()?.sessionId)
    response.statusCode = 404
    response.end()
  })
  await fetch(`${served.url}/a?token=1`, {
    headers: { 'x-request-id': 'r.1', 'x-session-id': 's 1', 'user-agent': 'ua' },
  })
  await fetch(`${served.url}/a`, { headers: { 'x-session-id': 'session-1' } })
  await watched.waitForEntries(2)
  const facts = { method: 'GET', path: '/a', url: `${served.url}/a`, ip: '127.0.0.1', user_agent: 'ua' }
  expect(during.slice(0, 3)).toEqual([facts, 'r.1', undefined])
  expect(during[5]).toBe('session-1')
  const [scope] = watched.scopes
  expect(scope?.request).toEqual({ ...facts, status_code: 404, duration_ms: watched.entries[0]?.duration_ms })
  expect(scope?.requestIdIsOurs).toBe(false)
})

test("the message of a request's breadcrumb has no query, even where request entries keep it", async () => {
  watched = openRecorder({ includeQuery: true })
  served = await serve((_request, response) => response.end())
  await fetch(`${served.url}/orders?secret=1`)
  await watched.waitForEntries(1)
  expect(watched.scopes[0]?.breadcrumbs()).toMatchObject([
    { message: 'GET /orders', data: { url: `${served.url}/orders?secret=1` } },
  ])
})

test('the incoming request is the first breadcrumb of its scope, unless that is turned off', async () => {
  watched = openRecorder()
  served = await serve((_request, response) => response.end())
  await fetch(`${served.url}/orders?secret=1`, { method: 'PUT' })
  await watched.waitForEntries(1)
  expect(watched.scopes[0]?.breadcrumbs()).toEqual([
    {
      type: 'http',
      category: 'request',
      message: 'PUT /orders',
      level: 'info',
      timestamp: watched.entries[0]?.timestamp,
      data: { method: 'PUT', url: `${served.url}/orders` },
    },
  ])
  watched.recorder.close()
  watched = openRecorder({}, false)
  await fetch(served.url)
  await watched.waitForEntries(1)
  expect(watched.scopes[0]?.breadcrumbs()).toEqual([])
})

/** The result of `captureUser` for a request with this user. */
async function userOf(capture: Parameters<typeof openRecorder>[0], user: unknown): Promise<User | undefined> {
  watched = openRecorder(capture)
  let seen: User | undefined
  served = await serve((request, response) => {
    Object.assign(request, { user })
    seen = currentScope().user
    response.end()
  })
  await fetch(served.url)
  await watched.waitForEntries(1)
  return seen
}

test('captureUser: true takes id, email and name of req.user and nothing else', async () => {
  const entry = { _id: 7, email: 'a@b.c', username: 'ann', passwordHash: 'x' }
  expect(await userOf({ captureUser: true }, entry)).toEqual({ id: '7', email: 'a@b.c', name: 'ann' })
})

test('a captureUser function may return any fields', async () => {
  const captureUser = (request: unknown) => ({ ...(request as { user: object }).user, plan: 'pro' })
  expect(await userOf({ captureUser }, { id: 1, team: 'x' })).toEqual({ id: '1', team: 'x', plan: 'pro' })
})

test('a captureUser function may return the id alone, or no user', async () => {
  expect(await userOf({ captureUser: () => 17 }, undefined)).toEqual({ id: '17' })
  watched.recorder.close()
  await served.close()
  expect(await userOf({ captureUser: () => null }, undefined)).toBeUndefined()
  expect(watched.drops).toEqual([])
})

test('a captureUser that throws, or is asynchronous, loses only the user and is counted', async () => {
  const throwing = () => {
    throw new Error('no user for you')
  }
  expect(await userOf({ captureUser: throwing }, undefined)).toBeUndefined()
  expect(watched.drops).toEqual(['hook_error'])
  watched.recorder.close()
  await served.close()
  expect(await userOf({ captureUser: async () => Promise.reject(new Error()) }, undefined)).toBeUndefined()
  expect(watched.drops).toEqual(['hook_error'])
  expect(watched.entries).toHaveLength(1)
})

test('a captured user is a plain copy, whatever object it came from', async () => {
  const entry: Record<string, unknown> = { id: { toString: () => 'u1' }, email: {}, credits: 10n }
  entry.team = { members: [entry] }
  const user = await userOf({ captureUser: () => entry }, undefined)
  expect(user).toEqual({ id: 'u1', credits: 10, team: { members: ['[Circular]'] } })
  expect(watched.drops).toEqual([])
})

test('a user with an unreadable field keeps the other fields', async () => {
  const throwing = () => {
    throw new Error('detached')
  }
  const entry = Object.defineProperty({ id: 7, name: Object.create(null) }, 'email', { get: throwing })
  expect(await userOf({ captureUser: true }, entry)).toEqual({ id: '7' })
  expect(watched.drops).toEqual([])
})

test.each([[[7]], [new Date(0)], [Buffer.from('7')]])('%j is not accepted as a user', async (input) => {
  expect(await userOf({ captureUser: () => input }, undefined)).toBeUndefined()
  expect(watched.drops).toEqual(['hook_error'])
})

test('a user set in the request wins over the captured one', async () => {
  watched = openRecorder({ captureUser: () => ({ id: 'captured' }) })
  const seen: unknown[] = []
  served = await serve((_request, response) => {
    seen.push(currentScope().user)
    currentScope().setUser({ id: 'set' })
    seen.push(currentScope().user)
    currentScope().setUser(undefined)
    seen.push(currentScope().user)
    response.end()
  })
  await fetch(served.url)
  await watched.waitForEntries(1)
  expect(seen).toEqual([{ id: 'captured' }, { id: 'set' }, undefined])
})

test('a captureUser that reads the current user does not recurse without end', async () => {
  watched = openRecorder({ captureUser: () => currentScope().user ?? { id: 'itself' } })
  let seen: unknown
  served = await serve((_request, response) => {
    seen = currentScope().user
    response.end()
  })
  await fetch(served.url)
  await watched.waitForEntries(1)
  expect(seen).toEqual({ id: 'itself' })
})

test('values set on the process while a request runs apply to that request too', async () => {
  watched = openRecorder()
  let seen: unknown
  served = await serve((_request, response) => {
    processScope().setTags(['late'])
    seen = currentScope().tags
    response.end()
  })
  await fetch(served.url)
  await watched.waitForEntries(1)
  expect(seen).toEqual(['late'])
})

test('no data of a request stays on its connection', async () => {
  watched = openRecorder()
  const seen: unknown[] = []
  served = await serve((_request, response) => response.end('done'))
  served.server.on('clientError', (_error, socket) => {
    seen.push(requestScope())
    socket.destroy()
  })
  await speak(served.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\nNONSENSE\r\n\r\n', 'never')
  expect(seen).toEqual([undefined])
})

test('scopes of answered requests keep the user and do not reference the request', async () => {
  watched = openRecorder({ captureUser: true })
  const requests: WeakRef<object>[] = []
  served = await serve((request, response) => {
    Object.assign(request, { user: { id: `u${requests.length}` } })
    requests.push(new WeakRef(request), new WeakRef(response))
    response.end()
  })
  for (let n = 0; n < 20; n++) await fetch(served.url, { headers: { connection: 'close' } })
  await watched.waitForEntries(20)
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const isGone = () => {
    collect()
    return requests.slice(0, -4).every((held) => held.deref() === undefined)
  }
  await until(isGone, 'the requests are collected')
  expect(watched.scopes.map((scope) => scope.user?.id).slice(0, 2)).toEqual(['u0', 'u2'])
})
