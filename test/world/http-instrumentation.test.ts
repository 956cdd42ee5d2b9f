import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { type AppOptions, createConsumer, type Line, startIn } from '../instrumentation/consumer.js'
import { until } from '../instrumentation/support.js'
import type { Project } from '../support/project.js'
import { type App, NODE_24 } from '../support/run.js'

let inbox: Inbox
let app: App | undefined
const consumers = new Map<Line, Project>()

beforeAll(async () => {
  inbox = await startInbox({ port: 0 })
  for (const line of ['otel-2', 'otel-3'] as const) consumers.set(line, createConsumer(line))
})

afterEach(() => {
  app?.child.kill('SIGKILL')
  inbox.clear()
})

afterAll(async () => {
  for (const consumer of consumers.values()) consumer.remove()
  await inbox.close()
})

const PATHS = ['/orders/7', '/api/items/9', '/boom', '/nowhere', '/orders/8']
const EXPRESS_ENTRIES = [
  ['/orders/7', 200, '/orders/:id'],
  ['/api/items/9', 200, '/api/items/:id'],
  ['/boom', 500, '/boom'],
  ['/nowhere', 404, undefined],
  ['/orders/8', 200, '/orders/:id'],
]
const PLAIN_ENTRIES = [
  ['/orders/7', 200, undefined],
  ['/api/items/9', 200, undefined],
  ['/boom', 500, undefined],
  ['/nowhere', 404, undefined],
  ['/orders/8', 200, undefined],
]

interface Report {
  /** The request entry of each path, as the inbox received it. */
  readonly entries: unknown[]
  readonly serverSpans: { name: string; attributes: Record<string, unknown> }[]
  readonly stderr: string
}

/** Requests each path once and returns what arrived. */
async function report(line: Line, file: string, options: AppOptions): Promise<Report> {
  const consumer = consumers.get(line) as Project
  const env = { API_URL: inbox.apiUrl, ...options.env }
  app = await startIn(consumer, file, { ...options, env })
  for (const path of PATHS) await (await fetch(`http://127.0.0.1:${app.port}${path}`)).text()
  await until(() => inbox.requests().length >= PATHS.length)
  const { serverSpans } = await app.ask<Report>('end')
  const entries = inbox.requests()
  expect(new Set(entries.map((entry) => entry.request_id)).size).toBe(entries.length)
  expect(entries.every((entry) => entry.service === 'an-app')).toBe(true)
  return {
    entries: entries.map((entry) => [entry.path, entry.status_code, entry.route]),
    serverSpans,
    stderr: app.stderr(),
  }
}

const setUps: [Line, string, string][] = [
  ['otel-2', 'Node 20', process.execPath],
  ['otel-3', 'Node 24', NODE_24],
]

for (const [line, nodeName, node] of setUps) {
  test(`${line}, ${nodeName}: a CommonJS app has one request entry a request, with its route`, async () => {
    const { entries, serverSpans } = await report(line, 'express-app.cjs', {
      node,
      flags: ['--require', './setup.cjs'],
    })
    expect(entries).toEqual(EXPRESS_ENTRIES)
    expect(serverSpans).toHaveLength(5)
    expect(serverSpans[0]?.attributes).toMatchObject({ 'http.route': '/orders/:id' })
  })

  test(`${line}, ${nodeName}: an ES module app with the loader hook has the same request entries`, async () => {
    const { entries, serverSpans } = await report(line, 'express-app.mjs', {
      node,
      flags: ['--import', './setup-with-hook.mjs'],
    })
    expect(entries).toEqual(EXPRESS_ENTRIES)
    expect(serverSpans).toHaveLength(5)
  })

  test(`${line}, ${nodeName}: an ES module app with Express and no hook, half patched, has the same request entries`, async () => {
    const { entries } = await report(line, 'express-app.mjs', {
      node,
      flags: ['--import', './setup.mjs'],
    })
    expect(entries).toEqual(EXPRESS_ENTRIES)
  })

  test(`${line}, ${nodeName}: an ES module app with only node:http has its request entries with the hook`, async () => {
    const { entries, serverSpans } = await report(line, 'plain-app.mjs', {
      node,
      flags: ['--import', './setup-with-hook.mjs'],
    })
    expect(entries).toEqual(PLAIN_ENTRIES)
    expect(serverSpans).toHaveLength(5)
  })

  test(`${line}, ${nodeName}: an ES module app with only node:http has its request entries without the hook and without spans`, async () => {
    const { entries, serverSpans } = await report(line, 'plain-app.mjs', {
      node,
      flags: ['--import', './setup.mjs'],
    })
    expect(entries).toEqual(PLAIN_ENTRIES)
    expect(serverSpans).toHaveLength(0)
  })

  test(`${line}, ${nodeName}: withLognitor in an HttpInstrumentation made elsewhere gives the same request entries`, async () => {
    const { entries, serverSpans, stderr } = await report(line, 'express-app.cjs', {
      node,
      flags: ['--require', './setup.cjs'],
      env: { HTTP: 'wrapped' },
    })
    expect(entries).toEqual(EXPRESS_ENTRIES)
    expect(serverSpans).toHaveLength(5)
    expect(stderr).not.toContain('LOGNITOR_TWO_HTTP_INSTRUMENTATIONS')
  })
}

test('without an SDK request entries are written, with routes', async () => {
  const { entries } = await report('otel-2', 'express-app.cjs', {
    flags: ['--require', './alone.cjs'],
  })
  expect(entries).toEqual(EXPRESS_ENTRIES)
})

test('without the Express instrumentation the routes come from Express itself', async () => {
  const { entries } = await report('otel-2', 'express-app.cjs', {
    flags: ['--require', './setup.cjs'],
    env: { EXPRESS: 'none' },
  })
  expect(entries).toEqual(EXPRESS_ENTRIES)
})

for (const [order, name] of [
  ['beside', 'after another HTTP instrumentation'],
  ['before', 'before another HTTP instrumentation'],
  ['twice', 'twice'],
] as const) {
  test(`made ${name}, it warns once and writes each request entry once`, async () => {
    const { entries, stderr } = await report('otel-2', 'express-app.cjs', {
      flags: ['--require', './setup.cjs'],
      env: { HTTP: order },
    })
    expect(entries).toEqual(EXPRESS_ENTRIES)
    expect(stderr.match(/\[LOGNITOR_TWO_HTTP_INSTRUMENTATIONS\]/g)).toHaveLength(1)
  })
}

const without = ['@opentelemetry/instrumentation-http']

test.each([
  ['a NodeSDK with LognitorHttpInstrumentation', './setup.cjs', {}, 1],
  ['LognitorHttpInstrumentation alone', './alone.cjs', {}, 1],
  ['withLognitor alone', './alone.cjs', { HTTP: 'wrapped' }, 0],
])(
  '%s without the peer: request entries are written, and a warning names what is missing',
  async (_name, setUp, env, count) => {
    const consumer = createConsumer('otel-2', { without })
    try {
      app = await startIn(consumer, 'express-app.cjs', {
        flags: ['--require', setUp],
        env: { API_URL: inbox.apiUrl, ...env },
      })
      await fetch(`http://127.0.0.1:${app.port}/orders/7`)
      await until(() => inbox.requests().length === 1)
      expect(inbox.requests()[0]).toMatchObject({ path: '/orders/7', route: '/orders/:id' })
      expect(app.stderr().match(/\[LOGNITOR_MISSING_PEER\]/g) ?? []).toHaveLength(count)
      expect(app.stderr().includes('npm install @opentelemetry/instrumentation-http')).toBe(count > 0)
    } finally {
      consumer.remove()
    }
  },
)
