import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RequestEntryOptions } from '../../instrumentation/request-options.js'
import { RequestRecorder } from '../../instrumentation/request-recorder.js'
import { handleFor } from '../../src/pipeline/registry.js'
import { serve } from '../instrumentation/support.js'
import { unaccounted } from './checked-transport.js'
import { type Attempt, CASES, feed, LONG_MS, type Watched, watchedClient } from './fuzz.js'
import { hostile, type Recipe } from './hostile.js'

/** Anything that Node's parser accepts in a header. */
const headerText = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)) }),
  fc.constantFrom(
    '127.0.0.1, 10.0.0.1',
    '[2001:db8::17]:4711',
    'for="[::1]";proto=https;host="a", for=b',
    ';;=;"=;for=',
    '4111 1111 1111 1111',
    'Bearer abc.def',
    'x'.repeat(3000),
    ','.repeat(2000),
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ),
)
const HEADERS = [
  'x-request-id',
  'x-session-id',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'forwarded',
  'user-agent',
  'traceparent',
  'cookie',
  '__proto__',
  'constructor',
  'Host',
]
const target = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom('/', '//', '/?', '/%', '/%E0%A4%A', '/ignored/x', '/a?to%6ben=1&b=%zz', '?'.repeat(4000)),
)
const PARTS_OF_APP = [
  'route',
  'route.path',
  'route.path',
  'baseUrl',
  'params',
  'url',
  'method',
  'headers',
  'user',
]
const ENDS = ['end', 'end', 'status', 'destroy', 'destroy in the middle', 'throw'] as const

interface Given {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  /** What the application may replace in its request. */
  readonly parts: readonly (readonly [string, Recipe])[]
  readonly end: (typeof ENDS)[number]
}

const given: fc.Arbitrary<Given> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'OPTIONS', 'PROPFIND'),
  target,
  headers: fc.array(fc.tuple(fc.constantFrom(...HEADERS), headerText), { maxLength: 4 }),
  parts: fc.array(fc.tuple(fc.constantFrom(...PARTS_OF_APP), hostile), { maxLength: 2 }),
  end: fc.constantFrom(...ENDS),
})

/** Sends bytes to the server over a new connection, and resolves when the connection is closed. */
function ask(port: number, { method, target, headers }: Given): Promise<void> {
  const path = target.startsWith('/') || target.includes('://') ? target : `/${target}`
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: shop', 'Connection: close']
  const head = [...lines, ...headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.resume().end(Buffer.from(head, 'latin1'))
  })
}

function answer(response: ServerResponse, end: Given['end']): void {
  if (end === 'destroy') response.destroy()
  else if (end === 'destroy in the middle') response.write('half', () => response.destroy())
  else response.writeHead(end === 'status' ? 503 : 200).end()
}

/** An application with our instrumentation; `handle` is its request handler. */
async function openShop(
  { client }: Watched,
  options: RequestEntryOptions,
  handle: (request: IncomingMessage, given: Given) => void,
) {
  const recorder = new RequestRecorder(handleFor({ client }), options)
  recorder.open()
  let current: Given | undefined
  let seen = 0
  const { port, close } = await serve((request, response) => {
    seen++
    const { end } = current as Given
    handle(request, current as Given)
    answer(response, end)
  })
  return {
    ask: (given: Given) => {
      current = given
      return ask(port, given)
    },
    seen: () => seen,
    close: async () => {
      await recorder.end()
      await close()
    },
  }
}

test(
  'any request becomes a legal request entry or is counted, whatever it contains and whatever the application does',
  async () => {
    const watched = watchedClient()
    const options = { trustProxy: true, includeQuery: true, ignoreRoutes: ['/ignored', /^\/x/] }
    const shop = await openShop(watched, options, (request, { parts, end }) => {
      for (const [name, { make }] of parts) {
        const value = name === 'route.path' ? { path: make() } : make()
        const property = name.split('.', 1)[0] as string
        Object.defineProperty(request, property, { value, configurable: true, writable: true })
      }
      watched.client.error('in the request', { fingerprint: `${watched.client.stats().written}` })
      if (end === 'throw') watched.client.captureException(new Error('in the request'))
    })
    const attempt = (item: Given): Attempt => ({ inputs: [], go: () => shop.ask(item) })
    const ran = await feed(CASES.requests * 0.8, given, watched, attempt)
    await shop.close()
    const { requestsAccepted, accepted } = watched.client.stats()
    expect(shop.seen()).toBeGreaterThan(ran * 0.8)
    expect(requestsAccepted).toBeGreaterThan(shop.seen() * 0.8)
    expect(accepted).toBeGreaterThanOrEqual(shop.seen())
  },
  LONG_MS,
)

test(
  'the logs of a request arrive with any user',
  async () => {
    const watched = watchedClient()
    const { client } = watched
    const user = { made: undefined as unknown }
    const captureUser = () => user.made
    const shop = await openShop(watched, { captureUser }, (_request, { parts }) => {
      user.made = parts[0]?.[1].make()
      client.error('in the request', { fingerprint: `${client.stats().written}` })
    })
    const attempt = (item: Given): Attempt => ({ inputs: [], go: () => shop.ask(item) })
    // A user that is invalid is counted as well, and its log is not lost.
    const account: typeof unaccounted = (stats) => unaccounted(stats) + (stats.dropped.hook_error ?? 0)
    await feed(CASES.requests * 0.2, given, watched, attempt, account)
    await shop.close()
    expect(client.stats().accepted).toBe(shop.seen())
  },
  LONG_MS,
)
