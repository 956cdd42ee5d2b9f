import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/inbox/inbox.js'
import type { Log } from '../../src/wire/log.js'
import { type App, startApp } from '../support/run.js'
import { until } from '../support/until.js'

let inbox: Inbox
let app: App

beforeEach(async () => {
  inbox = await startInbox()
  app = await startApp(['test/end-to-end/apps/unsampled.cjs'], {
    env: { LOGNITOR_API_KEY: 'test', LOGNITOR_API_URL: inbox.apiUrl },
  })
})

afterEach(async () => {
  await app.stop()
  await inbox.close()
})

/** 200 requests, every tenth to the failing route, ten at a time. */
async function load(failing: string): Promise<void> {
  const paths = Array.from({ length: 200 }, (_, n) => (n % 10 === 9 ? `/${failing}/${n}` : `/orders/${n}`))
  const next = async (): Promise<void> => {
    const path = paths.shift()
    if (path === undefined) return
    await (await fetch(app.url + path)).arrayBuffer()
    await next()
  }
  await Promise.all(Array.from({ length: 10 }, next))
  await until(() => inbox.requests().length >= 200, '200 request entries')
}

const errors = () => inbox.logs().filter((log: Log) => log.error !== undefined)

test('every request has a row and every failure an error, though no trace is sampled', async () => {
  await load('different')
  await until(() => errors().length >= 20, '20 errors')
  expect(inbox.requests()).toHaveLength(200)
  expect(errors()).toHaveLength(20)
  expect(new Set(errors().map((log) => log.fingerprint)).size).toBe(20)
  const failed = inbox.requests().filter((row) => row.status_code === 500)
  expect(failed.map((row) => row.request_id).sort()).toEqual(
    errors()
      .map((log) => log.request_id)
      .sort(),
  )
  expect(new Set(inbox.requests().map((row) => row.route))).toEqual(
    new Set(['/orders/:id', '/different/:id']),
  )
})

test('a log, its request and its error are joined by their ids', async () => {
  await load('different')
  await until(() => inbox.logs().length >= 200, '180 lines and 20 errors')
  const rows = new Map(inbox.requests().map((row) => [row.request_id, row]))
  for (const log of inbox.logs()) {
    expect(rows.has(log.request_id as string)).toBe(true)
    expect(log.trace?.trace_id).toMatch(/^[0-9a-f]{32}$/)
  }
  const traces = inbox.logs().map((log) => log.trace?.trace_id)
  expect(new Set(traces).size).toBe(200)
})

test('failures that are all alike are all accounted for', async () => {
  await load('alike')
  await until(() => (inbox.errors()[0]?.count ?? 0) >= 20, 'the summary of the duplicate window')
  const groups = inbox.errors()
  expect(groups).toHaveLength(1)
  expect(groups[0]?.count).toBe(20)
  expect(errors().length).toBeLessThan(20)
})
