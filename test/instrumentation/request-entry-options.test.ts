import { afterEach, beforeEach, expect, test } from 'vitest'
import { resolveRequestEntryOptions } from '../../instrumentation/request-options.js'
import { requestScope } from '../../src/scope/current.js'
import { openRecorder, type Served, serve, until, type WatchedRecorder } from './support.js'

let watched: WatchedRecorder | undefined
let served: Served

beforeEach(async () => {
  served = await serve((_request, response) => response.end())
})

afterEach(async () => {
  watched?.recorder.close()
  await served.close()
})

/** The paths that get a request entry. The last path always gets one, and marks the end. */
async function pathsWithEntries(paths: string[], ignoreRoutes: (string | RegExp)[]): Promise<string[]> {
  watched = openRecorder({ ignoreRoutes })
  for (const path of [...paths, '/last']) await fetch(served.url + path)
  const { entries } = watched
  await until(() => entries.at(-1)?.path === '/last')
  return entries.slice(0, -1).map((entry) => entry.path)
}

test('an ignored route matches an exact path and whole segments below it', async () => {
  const paths = [
    '/health',
    '/health/',
    '/health/deep/er',
    '/health?x=1',
    '/healthy',
    '/api/health',
    '/HEALTH',
  ]
  expect(await pathsWithEntries(paths, ['/health'])).toEqual(['/healthy', '/api/health', '/HEALTH'])
})

test('an ignored route that ends with a slash is the same route', async () => {
  expect(await pathsWithEntries(['/static', '/static/a.js', '/statics'], ['/static/'])).toEqual(['/statics'])
})

test('an ignored "/" matches the root alone', async () => {
  expect(await pathsWithEntries(['/', '/?a=1', '/orders'], ['/'])).toEqual(['/orders'])
})

test('an ignored RegExp is matched from the beginning of each path', async () => {
  const paths = ['/a.png', '/b.png', '/c.png', '/d.html?x=.png']
  expect(await pathsWithEntries(paths, [/\.png$/g])).toEqual(['/d.html'])
})

test('an ignored request still has its scope, with its status', async () => {
  watched = openRecorder({ ignoreRoutes: ['/health'] })
  const statuses: (number | undefined)[] = []
  const other = await serve((_request, response) => {
    requestScope()?.onAnswered((status) => statuses.push(status))
    response.statusCode = 204
    response.end()
  })
  await fetch(`${other.url}/health`)
  await until(() => statuses.length === 1)
  await other.close()
  expect(statuses).toEqual([204])
  expect(watched.entries).toEqual([])
})

test('the address is left out with captureIp: false', async () => {
  watched = openRecorder({ captureIp: false })
  await fetch(served.url)
  const [entry] = await watched.waitForEntries(1)
  expect(entry).not.toHaveProperty('ip')
  expect(watched.scopes[0]?.request).not.toHaveProperty('ip')
})

const proxied = {
  'x-forwarded-for': '203.0.113.7, 10.0.0.1',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'shop.example',
}

test('headers of a proxy are used only with trustProxy', async () => {
  watched = openRecorder()
  await fetch(served.url, { headers: proxied })
  const [entry] = await watched.waitForEntries(1)
  expect(entry).toMatchObject({ ip: '127.0.0.1', scheme: 'http', host: `127.0.0.1:${served.port}` })
})

test('a trusted proxy sets address, scheme and host', async () => {
  watched = openRecorder({ trustProxy: true })
  await fetch(served.url, { headers: proxied })
  await fetch(served.url, {
    headers: { forwarded: 'for="[2001:db8::17]:4711";proto=https;host=a.example, for=10.0.0.1' },
  })
  const entries = await watched.waitForEntries(2)
  expect(entries[0]).toMatchObject({ ip: '203.0.113.7', scheme: 'https', host: 'shop.example' })
  expect(entries[1]).toMatchObject({ ip: '2001:db8::17', scheme: 'https', host: 'a.example' })
})

test('an invalid address of a trusted proxy leaves the address of the socket', async () => {
  watched = openRecorder({ trustProxy: true })
  for (const entry of ['unknown', '_hidden', '999.1.1.1', '<script>']) {
    await fetch(served.url, { headers: { 'x-forwarded-for': entry, forwarded: `for=${entry}` } })
  }
  await fetch(served.url, { headers: { 'x-forwarded-for': '203.0.113.7:51234' } })
  const entries = await watched.waitForEntries(5)
  expect(entries.map((entry) => entry.ip)).toEqual([...Array(4).fill('127.0.0.1'), '203.0.113.7'])
})

test('a wrong option in code throws with name, expectation and value', () => {
  expect(() => resolveRequestEntryOptions({ captureIp: 'yes' as never })).toThrow(
    'Option "captureIp": expected true or false, got "yes".',
  )
  expect(() => resolveRequestEntryOptions({ ignoreRoutes: ['health'] })).toThrow(
    'Option "ignoreRoutes": expected a list of paths that begin with / or RegExps',
  )
  expect(() => resolveRequestEntryOptions({ captureUser: 'me' as never })).toThrow(
    expect.objectContaining({ code: 'LOGNITOR_BAD_OPTION' }),
  )
})

test('the environment sets options that a string can hold', () => {
  const settings = resolveRequestEntryOptions(
    {},
    {
      LOGNITOR_IGNORE_ROUTES: '/health,/static',
      LOGNITOR_CAPTURE_USER: 'true',
      LOGNITOR_CAPTURE_IP: 'false',
      LOGNITOR_TRUST_PROXY: '1',
      LOGNITOR_INCLUDE_QUERY: 'yes',
    },
  )
  expect(settings).toMatchObject({
    captureUser: true,
    captureIp: false,
    trustProxy: true,
    includeQuery: true,
  })
  expect(['/health/x', '/static', '/other'].map(settings.isIgnored)).toEqual([true, true, false])
})

test('options in code win over the environment', () => {
  expect(resolveRequestEntryOptions({ trustProxy: false }, { LOGNITOR_TRUST_PROXY: 'true' }).trustProxy).toBe(
    false,
  )
})
