import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCli } from '../cli/support.js'
import type { Program } from '../support/program.js'
import { closedLatch, until } from '../support/until.js'
import { startProgram } from './program.js'
import { logsOf, numbered, openWithClock, send } from './support.js'

const MINUTE_MS = 60_000

describe('the operator is told', () => {
  test.each([
    ['key_refused', { status: 401 }, /refused the API key/],
    ['wrong_address', { status: 404 }, /does not answer like Lognitor/],
    ['wrong_address', { status: 302 }, /does not answer like Lognitor/],
    ['deliveries_fail', { status: 503 }, /Deliveries fail/],
    ['deliveries_fail', { status: 429 }, /Deliveries fail/],
    ['deliveries_fail', { reset: 'before' as const }, /Deliveries fail/],
  ])('once about %s, and once when it is over', async (event, refusal, words) => {
    const { gateway, vendor, clock, told } = await openWithClock({ apiKey: 'quiet-kettle' })
    vendor.answer(refusal)
    for (let round = 0; round < 3; round++) {
      await send(gateway, '/v1/logs', logsOf('hello'))
      clock.advance(2 * MINUTE_MS)
    }
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ event, level: 'warn', message: expect.stringMatching(words) })
    vendor.answer({})
    await send(gateway, '/v1/logs', logsOf('hello'))
    expect(told.slice(1)).toMatchObject([
      { event: 'deliveries_work', figures: { seconds: 360, failedPosts: 3 } },
    ])
    expect(JSON.stringify(told)).not.toMatch(/quiet|kettle/)
  })

  test('which key was refused, without the key itself', async () => {
    const { gateway, vendor, told } = await openWithClock({ passThroughKey: true })
    vendor.answer({ status: 403 })
    await send(gateway, '/v1/logs', logsOf('hello'), { headers: { 'x-api-key': 'quiet-kettle' } })
    expect(told[0]?.message).toMatch(/refused the API key sha256:[0-9a-f]{12} /)
    expect(told[0]?.message).not.toMatch(/quiet|kettle/)
  })

  test('about unwanted drops, by reason, once a minute', async () => {
    const { gateway, clock, told } = await openWithClock({ minLevel: 'info' })
    const large = 'x'.repeat(300_000)
    await send(gateway, '/v1/logs', logsOf(large, large, { severityNumber: 5 }))
    await send(gateway, '/v1/logs', logsOf(large))
    expect(told).toMatchObject([{ event: 'drops', figures: { reason: 'too_large', count: 1 } }])
    clock.advance(MINUTE_MS)
    await send(gateway, '/v1/logs', logsOf(large))
    expect(told.slice(1)).toMatchObject([{ event: 'drops', figures: { reason: 'too_large', count: 3 } }])
  })

  test('about callers that found no room', async () => {
    const { gateway, vendor, told } = await openWithClock({ maxInFlightRequests: 1 })
    const latch = closedLatch()
    vendor.answer({ after: latch.promise })
    const first = send(gateway, '/v1/logs', logsOf('first'))
    await until(() => vendor.open === 1, 'the first is on its way')
    expect(await send(gateway, '/v1/logs', logsOf('second'))).toMatchObject({ status: 503 })
    expect(told).toMatchObject([{ event: 'full', figures: { count: 1 } }])
    latch.open()
    await first
  })
})

test('/readyz says why the gateway is not ready, until the next attempt is due', async () => {
  const { gateway, vendor, clock } = await openWithClock()
  const ready = async () => {
    const response = await fetch(`${gateway.url}/readyz`)
    return `${response.status} ${await response.text()}`
  }
  expect(await ready()).toBe('200 ready\n')
  vendor.answer({ status: 401 })
  await send(gateway, '/v1/logs', logsOf('hello'))
  expect(await ready()).toMatch(/^503 Lognitor refused the API key/)
  clock.advance(MINUTE_MS)
  expect(await ready()).toBe('200 ready\n')
})

test('docs/gateway.md names every metric, and its alerts use no other', async () => {
  const { gateway } = await openWithClock({ minLevel: 'info' })
  await send(gateway, '/v1/logs', logsOf('a', { severityNumber: 5 }))
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  const figures = new Set(text.match(/^lognitor_gateway_\w+/gm))
  const named = (file: string) => new Set(readFileSync(file, 'utf8').match(/lognitor_gateway_\w+/g))
  expect(named('docs/gateway.md')).toEqual(figures)
  expect([...named('examples/gateway/alerts.yml')].filter((name) => !figures.has(name))).toEqual([])
})

describe('the program', () => {
  let program: Program

  beforeAll(async () => {
    program = await buildCli()
  })

  afterAll(() => program.remove())

  test('reports on stderr how it was started and what fails', async () => {
    const { run, url, vendor } = await startProgram(program, [
      '--auth-token',
      'hush-hush',
      '--redact',
      'email',
    ])
    await run.printed(
      /lognitor: gateway at http:\S+ sends to http:\S+ with one key; tokens: 1; redaction patterns: 1; workers: 1\. /,
    )
    vendor.answer({ status: 401 })
    for (const line of numbered(3)) {
      await send({ url }, '/v1/logs', logsOf(line), { headers: { authorization: 'Bearer hush-hush' } })
    }
    await run.printed(/lognitor: Lognitor refused the API key/)
    expect(run.stderr()).not.toContain('hush')
  })

  test('writes JSON with --log-format json', async () => {
    const { run, url, vendor } = await startProgram(program, ['--log-format', 'json'])
    vendor.answer({ status: 401 })
    await send({ url }, '/v1/logs', logsOf('hello'))
    await run.printed(/key_refused/)
    const lines = run.stderr().trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'info', event: 'listening', url, workers: 1 },
      { level: 'warn', event: 'key_refused', message: expect.stringContaining('refused') },
    ])
  })
})
