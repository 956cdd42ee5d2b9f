import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Alert, type Inbox, startInbox } from '../../src/testing/index.js'
import { batchOf, call, get, logWith, post, requestWith, until } from './support.js'

const MINUTE_MS = 60_000

let inbox: Inbox
let now = 0

beforeEach(async () => {
  now = Date.parse('2026-11-23T10:00:00.000Z')
  inbox = await startInbox({ now: () => now })
})

afterEach(() => inbox.close())

const configure = async (rule: Record<string, unknown>, webhookUrl?: string) => {
  const config = {
    rules: [{ name: 'Watch', windowMs: 5 * MINUTE_MS, ...rule }],
    ...(webhookUrl && { webhookUrl }),
  }
  const answer = await call(`${inbox.url}/inbox/api/alerts`, { method: 'PUT', body: JSON.stringify(config) })
  expect(answer.body).toEqual(config)
}
const alerts = async () => (await get<{ alerts: Alert[] }>(inbox, 'alerts')).alerts
const send = (count: number, fields: Record<string, unknown>) =>
  post(
    `${inbox.apiUrl}/ingest`,
    batchOf(...Array.from({ length: count }, () => logWith({ service: 'shop', ...fields }))),
  )
const failure = { level: 'error', error: { type: 'E', message: 'm' }, fingerprint: 'f' }

describe('an alert', () => {
  it('for an error spike fires at the threshold, held-back errors included, and recovers when the errors are past', async () => {
    await configure({ condition: 'error_spike', threshold: 10 })
    await send(4, failure)
    await send(1, { ...failure, metadata: { dedupCount: 5 } })
    expect(await alerts()).toEqual([])
    await send(1, failure)
    expect(await alerts()).toEqual([
      {
        id: 1,
        alert_name: 'Watch',
        condition: 'error_spike',
        threshold: 10,
        current_value: 10,
        time_window: '5m',
        fired_at: '2026-11-23T10:00:00.000Z',
        service: 'shop',
        dashboard_url: `${inbox.url}/?service=shop`,
        status: 'firing',
        recovered_at: null,
      },
    ])
    now += 5 * MINUTE_MS
    expect(await alerts()).toMatchObject([{ status: 'recovered', recovered_at: '2026-11-23T10:05:00.000Z' }])
    await send(10, failure)
    expect(await alerts()).toMatchObject([
      { id: 2, status: 'firing' },
      { id: 1, status: 'recovered' },
    ])
  })

  it('for an error rate fires at the threshold, not before there are 20 logs, and recovers when the rate falls', async () => {
    await configure({ condition: 'error_rate', threshold: 10 })
    await send(10, failure)
    expect(await alerts()).toEqual([])
    await send(10, {})
    expect(await alerts()).toMatchObject([{ condition: 'error_rate', current_value: 50, status: 'firing' }])
    await send(90, {})
    expect(await alerts()).toMatchObject([{ status: 'recovered' }])
  })

  it('for a text fires when a log contains it, and recovers when no log did for a while', async () => {
    await configure({ condition: 'log_contains', threshold: 2, text: 'Out Of Memory' })
    await send(1, { message: 'heap out of memory' })
    await send(1, { message: 'fine' })
    expect(await alerts()).toEqual([])
    await send(1, { message: 'OUT OF MEMORY' })
    expect(await alerts()).toMatchObject([{ condition: 'log_contains', current_value: 2, status: 'firing' }])
    now += 5 * MINUTE_MS
    expect(await alerts()).toMatchObject([{ status: 'recovered' }])
  })

  it('for a new error fires at an error not seen before, and recovers when there was none for a while', async () => {
    await send(1, failure)
    await configure({ condition: 'new_error', threshold: 1 })
    await send(3, failure)
    expect(await alerts()).toEqual([])
    await send(2, { ...failure, fingerprint: 'other' })
    expect(await alerts()).toMatchObject([{ condition: 'new_error', current_value: 1, status: 'firing' }])
    now += 5 * MINUTE_MS
    expect(await alerts()).toMatchObject([{ status: 'recovered' }])
  })

  it('for a 5xx spike fires at the threshold of failed requests, and recovers when they are past', async () => {
    await configure({ condition: '5xx_spike', threshold: 3 })
    const answered = (status: number, count: number) =>
      post(`${inbox.apiUrl}/ingest/requests`, {
        requests: Array.from({ length: count }, () => requestWith({ status_code: status })),
      })
    await answered(404, 10)
    await answered(502, 2)
    expect(await alerts()).toEqual([])
    await answered(500, 1)
    expect(await alerts()).toMatchObject([{ condition: '5xx_spike', current_value: 3, service: 'shop' }])
    now += 5 * MINUTE_MS
    expect(await alerts()).toMatchObject([{ status: 'recovered' }])
  })

  it('for missing logs fires when a service that sent logs sends none, and recovers with the next log', async () => {
    await configure({ condition: 'no_logs', threshold: 1 })
    await send(1, {})
    now += 4 * MINUTE_MS
    expect(await alerts()).toEqual([])
    now += 2 * MINUTE_MS
    expect(await alerts()).toMatchObject([{ condition: 'no_logs', current_value: 0, service: 'shop' }])
    await send(1, { service: 'bank' })
    expect(await alerts()).toMatchObject([{ status: 'firing' }])
    await send(1, {})
    expect(await alerts()).toMatchObject([{ status: 'recovered' }])
  })

  it('for missing logs also fires for a named service that never sent a log', async () => {
    await configure({ condition: 'no_logs', threshold: 1, service: 'cron' })
    now += 5 * MINUTE_MS
    expect(await alerts()).toMatchObject([{ service: 'cron', status: 'firing' }])
  })

  it('counts one service only', async () => {
    await configure({ condition: 'error_spike', threshold: 2 })
    await send(1, failure)
    await send(1, { ...failure, service: 'bank' })
    expect(await alerts()).toEqual([])
  })
})

describe('the rules', () => {
  it('have sensible defaults', async () => {
    await send(1, failure)
    expect(await alerts()).toMatchObject([{ alert_name: 'New error', status: 'firing' }])
    const { config } = await get<{ config: { rules: { condition: string }[] } }>(inbox, 'alerts')
    expect(config.rules.map((rule) => rule.condition).sort()).toEqual([
      '5xx_spike',
      'error_rate',
      'error_spike',
      'log_contains',
      'new_error',
      'no_logs',
    ])
  })

  it.each([
    [{ rules: [{ name: 'x', condition: 'full_moon', threshold: 1, windowMs: 1000 }] }, 'condition'],
    [{ rules: [{ name: 'x', condition: 'no_logs', threshold: 0, windowMs: 1000 }] }, 'threshold'],
    [{ rules: [{ name: 'x', condition: 'no_logs', threshold: 1, windowMs: 1 }] }, 'windowMs'],
    [{ rules: [{ name: 'x', condition: 'log_contains', threshold: 1, windowMs: 1000 }] }, 'text'],
    [{ rules: [{ name: 'x', condition: 'no_logs', threshold: 1, windowMs: 1000, color: 'red' }] }, 'color'],
    [{ rules: 'all' }, 'rules'],
    [{ webhookUrl: 'http://example.com/hook' }, 'webhookUrl'],
    [{ webhookUrl: 'https://127.0.0.1/hook' }, 'webhookUrl'],
  ])('are refused when they make no sense: %j', async (config, named) => {
    const answer = await call(`${inbox.url}/inbox/api/alerts`, {
      method: 'PUT',
      body: JSON.stringify(config),
    })
    expect(answer.status).toBe(400)
    expect(answer.body.message).toContain(named)
  })
})

describe('the webhook', () => {
  let receiver: Server
  const received: Record<string, unknown>[] = []
  let failures = 0

  beforeEach(async () => {
    received.length = 0
    failures = 0
    receiver = createServer((request, response) => {
      let body = ''
      request.on('data', (piece: Buffer) => {
        body += piece.toString()
      })
      request.on('end', () => {
        received.push(JSON.parse(body) as Record<string, unknown>)
        if (failures-- > 0) response.destroy()
        else response.end()
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  })

  afterEach(() => {
    receiver.close()
    receiver.closeAllConnections()
  })

  it('gets each alert and its recovery, although one delivery fails', async () => {
    failures = 1
    const { port } = receiver.address() as AddressInfo
    await configure({ condition: 'error_spike', threshold: 1 }, `http://127.0.0.1:${port}/hook`)
    await send(1, failure)
    await alerts()
    await until(() => received.length === 1, 'the alert is delivered')
    now += 5 * MINUTE_MS
    await alerts()
    await until(() => received.length === 2, 'the recovery is delivered')
    expect(received[0]).toMatchObject({
      alert_name: 'Watch',
      condition: 'error_spike',
      threshold: 1,
      current_value: 1,
      time_window: '5m',
      fired_at: '2026-11-23T10:00:00.000Z',
      service: 'shop',
      dashboard_url: `${inbox.url}/?service=shop`,
      status: 'firing',
    })
    expect(received[1]).toMatchObject({
      status: 'recovered',
      current_value: 0,
      recovered_at: '2026-11-23T10:05:00.000Z',
    })
  })

  it('is called without a request for alerts', async () => {
    const { port } = receiver.address() as AddressInfo
    await configure({ condition: 'error_spike', threshold: 1 }, `http://127.0.0.1:${port}/hook`)
    await send(1, failure)
    await until(() => received.length === 1, 'the alert is delivered')
  })
})
