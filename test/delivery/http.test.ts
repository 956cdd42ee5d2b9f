import { afterEach, expect, test, vi } from 'vitest'
import { settle, until } from '../support/until.js'
import { openRig, type Rig } from './support.js'

let rig: Rig
afterEach(() => rig.close())

test('zips where it is asked to', async () => {
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

test('repeats a zipped batch byte by byte', async () => {
  rig = await openRig({ compression: 'gzip' })
  rig.vendor.answer({ status: 503 }, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the first try failed')
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length === 25, 'it arrived')
  expect(rig.vendor.seen[1]?.raw.equals(rig.vendor.seen[0]?.raw as Buffer)).toBe(true)
})

test('uses one connection again and again', async () => {
  rig = await openRig()
  for (let n = 0; n < 10; n++) {
    rig.logMany(25)
    rig.clock.advance(50)
    await until(() => rig.pipeline.stats().accepted === 25 * (n + 1), 'it was taken')
  }
  expect(rig.vendor.connections).toBe(1)
})

test('takes another connection when a kept one has been closed under it', async () => {
  rig = await openRig()
  rig.vendor.answer({ hangUp: true })
  for (let n = 0; n < 20; n++) {
    rig.logMany(25)
    rig.clock.advance(50)
    await until(() => rig.pipeline.stats().accepted === 25 * (n + 1), 'it was taken without a wait')
  }
  expect(rig.pipeline.stats().dropped).toEqual({})
})

test('does not take a cut answer for a closed connection', async () => {
  rig = await openRig()
  rig.vendor.answer({}, { reset: 'mid-body' }, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().accepted === 25, 'the first was taken')
  rig.logMany(25, 'second')
  rig.clock.advance(50)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the second try is held back')
  await settle()
  expect(rig.vendor.seen).toHaveLength(2)
})

test('keeps what is in flight, and sends it once, when a name cannot be resolved', async () => {
  rig = await openRig({ apiUrl: 'http://lognitor.invalid/api/v1' })
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'it failed')
  expect(rig.pipeline.stats()).toMatchObject({ queued: 25, dropped: {} })
})

test('keeps what it has when the other side does not speak TLS', async () => {
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
  await until(() => pipeline.stats().holding === 'backoff', 'it failed')
  expect(pipeline.stats()).toMatchObject({ queued: 25, dropped: {} })
  const ending = pipeline.shutdown(0)
  rig.clock.advance(1)
  await ending
})

test('finds its way with a slash at the end of the address', async () => {
  rig = await openRig()
  const pipeline = rig.another({ apiUrl: `${rig.vendor.apiUrl}/` })
  pipeline.wants('info')
  pipeline.write({ level: 'info', message: 'x', timestamp: '2026-11-23T10:00:00.000Z' }, { source: 'call' })
  expect(await pipeline.shutdown(10_000)).toBe(true)
  expect(rig.vendor.seen[0]?.path).toBe('/api/v1/ingest')
})

test('loads what it needs past the hooks of others, which would instrument the application by it', async () => {
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
