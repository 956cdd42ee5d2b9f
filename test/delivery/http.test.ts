import { afterEach, expect, test, vi } from 'vitest'
import { settle, until } from '../support/until.js'
import { openRig, type Rig } from './support.js'

let rig: Rig
afterEach(() => rig.close())

test('compresses with gzip when asked to', async () => {
  rig = await openRig({ compression: 'gzip' })
  rig.logMany(100)
  await until(() => rig.vendor.messages().length === 100, 'all arrived')
  const [seen] = rig.vendor.seen
  expect(seen?.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-length': String(seen?.raw.length),
  })
  expect(seen?.raw.length).toBeLessThan((seen?.text.length as number) / 4)
})

test('asks the server for an answer that is not compressed', async () => {
  rig = await openRig()
  rig.logMany(25)
  await until(() => rig.vendor.messages().length === 25, 'all arrived')
  expect(rig.vendor.seen[0]?.headers['accept-encoding']).toBe('identity')
})

test('repeats a compressed batch byte by byte', async () => {
  rig = await openRig({ compression: 'gzip' })
  rig.vendor.answer({ status: 503 }, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the first attempt failed')
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length === 25, 'the log arrived')
  expect(rig.vendor.seen[1]?.raw.equals(rig.vendor.seen[0]?.raw as Buffer)).toBe(true)
})

test('reuses one connection', async () => {
  rig = await openRig()
  for (let n = 0; n < 10; n++) {
    rig.logMany(25)
    rig.clock.advance(200)
    await until(() => rig.pipeline.stats().accepted === 25 * (n + 1), 'the batch was accepted')
  }
  expect(rig.vendor.connections).toBe(1)
})

test('uses another connection when the server has closed a kept-alive one', async () => {
  rig = await openRig()
  rig.vendor.answer({ hangUp: true })
  for (let n = 0; n < 20; n++) {
    rig.logMany(25)
    rig.clock.advance(200)
    await until(() => rig.pipeline.stats().accepted === 25 * (n + 1), 'the batch was accepted without a wait')
  }
  expect(rig.pipeline.stats().dropped).toEqual({})
})

test('does not take a truncated answer for a stale connection', async () => {
  rig = await openRig()
  rig.vendor.answer({}, { reset: 'mid-body' }, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().accepted === 25, 'the first batch was accepted')
  rig.logMany(25, 'second')
  rig.clock.advance(200)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the second attempt is held back')
  await settle()
  expect(rig.vendor.seen).toHaveLength(2)
})

test('keeps a batch whose host cannot be resolved, and sends it once', async () => {
  rig = await openRig({ apiUrl: 'http://lognitor.invalid/api/v1' })
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the attempt failed')
  expect(rig.pipeline.stats()).toMatchObject({ queued: 25, dropped: {} })
})

test('keeps the logs when the server does not speak TLS', async () => {
  rig = await openRig()
  const pipeline = rig.another({ apiUrl: rig.vendor.apiUrl.replace('http:', 'https:') })
  for (let n = 0; n < 25; n++) {
    if (pipeline.wants('info')) {
      pipeline.write(
        { level: 'info', message: 'x', timestamp: '2026-11-23T10:00:00.000Z' },
        { source: 'call' },
      )
    }
  }
  await until(() => pipeline.stats().holding === 'backoff', 'the attempt failed')
  expect(pipeline.stats()).toMatchObject({ queued: 25, dropped: {} })
  const ending = pipeline.shutdown(0)
  rig.clock.advance(1)
  await ending
})

test('accepts an address with a trailing slash', async () => {
  rig = await openRig()
  const pipeline = rig.another({ apiUrl: `${rig.vendor.apiUrl}/` })
  pipeline.wants('info')
  pipeline.write({ level: 'info', message: 'x', timestamp: '2026-11-23T10:00:00.000Z' }, { source: 'call' })
  expect(await pipeline.shutdown(10_000)).toBe(true)
  expect(rig.vendor.seen[0]?.path).toBe('/api/v1/ingest')
})

test('does not instrument the application by loading Node modules through the require hooks of others', async () => {
  const hooked = vi.spyOn(process, 'getBuiltinModule')
  try {
    rig = await openRig({ compression: 'gzip' })
    const pipeline = rig.another({ apiUrl: rig.vendor.apiUrl.replace('127.0.0.1', 'localhost') })
    pipeline.wants('info')
    pipeline.write({ level: 'info', message: 'x', timestamp: '2026-11-23T10:00:00.000Z' }, { source: 'call' })
    expect(await pipeline.shutdown(10_000)).toBe(true)
    expect(hooked).not.toHaveBeenCalled()
  } finally {
    hooked.mockRestore()
  }
})
