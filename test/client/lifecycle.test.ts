import { once } from 'node:events'
import fs, { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LognitorClient } from '../../src/client/client.js'
import type { Options } from '../../src/config/options.js'
import { LognitorLogRecordExporter } from '../../src/otel/log-record-exporter.js'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { LognitorSpanProcessor } from '../../src/otel/span-processor.js'
import { logsThrough } from '../otel/support.js'
import { forgetCopies } from '../support/fresh-copy.js'
import { closedLatch, settle, until } from '../support/until.js'
import { startVendor } from '../support/vendor.js'
import { inMemory, KEY, type OnClock, onClock, warningsDuring } from './support.js'

type Lognitor = typeof import('../../src/index.js')

let rig: OnClock

beforeEach(async () => {
  rig = await onClock()
})
afterEach(() => rig.close())

const keys = () => rig.vendor.seen.map(({ headers }) => headers['x-api-key'])

test('while the client is paused nothing is sent and everything is kept', async () => {
  rig.client.pause()
  for (let n = 0; n < 60; n++) rig.client.info(`log ${n}`)
  rig.clock.advance(60_000)
  await settle()
  expect(rig.vendor.seen).toEqual([])
  expect(rig.client.stats().queued).toBe(60)
  expect(await rig.client.flush(1000)).toBe(false)
  rig.client.resume()
  expect(await rig.client.flush()).toBe(true)
  expect(rig.vendor.messages()).toHaveLength(60)
})

test('logs kept while paused are bounded, and those beyond are counted', async () => {
  rig.client.reconfigure({ maxQueueSize: 10 })
  rig.client.pause()
  for (let n = 0; n < 25; n++) rig.client.info(`log ${n}`)
  expect(rig.client.stats()).toMatchObject({ queued: 10, dropped: { queue_full: 15 } })
})

test('shutdown delivers the logs of a paused client', async () => {
  rig.client.pause()
  rig.client.info('held')
  expect(await rig.client.shutdown()).toBe(true)
  expect(rig.vendor.messages()).toEqual(['held'])
})

test('reconfigure changes what is named and nothing else', async () => {
  const { client, logs } = inMemory({ service: 'shop', minLevel: 'warn' })
  client.info('too low')
  client.reconfigure({ minLevel: 'info', environment: 'canary' })
  client.info('now')
  client.reconfigure({ enabled: false })
  client.info('off')
  client.reconfigure({ enabled: true, beforeSend: (log) => ({ ...log, message: `${log.message}!` }) })
  client.info('on')
  expect(await logs()).toMatchObject([
    { message: 'now', service: 'shop', environment: 'canary' },
    { message: 'on!', service: 'shop' },
  ])
  expect(client.stats().dropped).toEqual({ min_level: 1, disabled: 1 })
})

test('another key applies from the next request on, and requests under way keep theirs', async () => {
  const held = closedLatch()
  rig.vendor.answer({ after: held.promise }, {})
  rig.client.info('under way')
  const flushed = rig.client.flush()
  await until(() => rig.vendor.open === 1, 'the first batch is under way')
  rig.client.reconfigure({ apiKey: 'lgn_second' })
  rig.client.info('after')
  held.open()
  await flushed
  await rig.client.flush()
  expect(keys()).toEqual([KEY, 'lgn_second'])
  expect(rig.vendor.messages()).toEqual(['under way', 'after'])
})

test('another address applies from the next request on, also to logs that failed at the old one', async () => {
  const next = await startVendor()
  try {
    rig.vendor.answer({ status: 503 })
    rig.client.info('failed there')
    expect(await rig.client.flush(100)).toBe(false)
    rig.client.reconfigure({ apiUrl: next.apiUrl })
    rig.client.info('written for here')
    expect(await rig.client.flush()).toBe(true)
    expect(next.messages().sort()).toEqual(['failed there', 'written for here'])
  } finally {
    await next.close()
  }
})

test('a wrong value in reconfigure throws, and changes nothing', async () => {
  const { client, logs } = inMemory({ redactPatterns: ['email'] })
  expect(() => client.reconfigure({ minLevel: 'error', batchSize: 0 })).toThrow(/batchSize/)
  // @ts-expect-error no list
  expect(() => client.reconfigure({ redactPatterns: 'email' })).toThrow(/redactPatterns/)
  client.info('to ada@example.com')
  expect(await logs()).toMatchObject([{ message: 'to [REDACTED]' }])
})

test('flush waits for everything written so far, pings and feedback too', async () => {
  const held = closedLatch()
  rig.vendor.answer({ after: held.promise })
  rig.client.info('log')
  void rig.client.heartbeat('tok').ping()
  void rig.client.submitFeedback({ eventId: 'e', comments: 'c' })
  let isDone = false
  const flushed = rig.client.flush().then((delivered) => {
    isDone = true
    return delivered
  })
  await until(() => rig.vendor.open === 3, 'all three are under way')
  expect(isDone).toBe(false)
  held.open()
  expect(await flushed).toBe(true)
})

test('flush resolves to false when not everything was delivered in time, and never rejects', async () => {
  rig.vendor.answer({ silent: true })
  rig.client.info('log')
  const flushed = rig.client.flush(300)
  await until(() => rig.vendor.open === 1, 'it is under way')
  rig.clock.advance(300)
  expect(await flushed).toBe(false)
})

test.each([undefined, Number.NaN, -1, 'SIGTERM', null, {}])(
  'flush and shutdown treat %s as the default time',
  async (time) => {
    rig.client.info('log')
    expect(await rig.client.flush(time as number)).toBe(true)
    rig.client.info('log')
    expect(await rig.client.shutdown(time as number)).toBe(true)
  },
)

test('after shutdown calls do nothing, and are counted', async () => {
  rig.client.info('before')
  const [first, second] = await Promise.all([rig.client.shutdown(), rig.client.shutdown()])
  expect([first, second]).toEqual([true, true])
  expect(rig.client.info('after')).toBe('')
  expect(rig.client.captureException(new Error('after'))).toBe('')
  expect(await rig.client.heartbeat('tok').ping()).toBe(false)
  expect(await rig.client.submitFeedback({ eventId: 'e', comments: 'c' })).toBe(false)
  expect(await rig.client.registerRelease({ version: '1' })).toBeNull()
  expect(rig.client.stats().dropped).toEqual({ closed: 2 })
  expect(rig.vendor.messages()).toEqual(['before'])
})

test('shutdown sends the summary of what the duplicate window holds', async () => {
  for (let n = 0; n < 4; n++) rig.client.error('again', { error: { type: 'T', message: 'same' } })
  expect(await rig.client.shutdown()).toBe(true)
  const logs = rig.vendor.batches.flatMap(({ json }) => json.logs)
  expect(logs.map(({ metadata }) => metadata.dedupCount)).toEqual([undefined, 3])
})

test('clients with the same key and address share one pipeline, and another key has its own', async () => {
  const options = { apiKey: 'lgn_shared', apiUrl: rig.vendor.apiUrl }
  const [one, same] = [new LognitorClient(options), new LognitorClient(options)]
  const other = new LognitorClient({ ...options, apiKey: 'lgn_other' })
  one.info('one')
  same.info('same')
  other.info('other')
  expect(same.stats().queued).toBe(2)
  // A client moved to another key no longer counts for its old key.
  one.reconfigure({ apiKey: 'lgn_moved' })
  const fresh = new LognitorClient(options)
  fresh.info('fresh')
  expect(fresh.stats().written).toBe(1)
  await Promise.all([one, other, fresh].map((client) => client.shutdown()))
  const sent = rig.vendor.batches.map(({ headers, json }) => [headers['x-api-key'], json.logs.length])
  expect(sent.sort()).toEqual([
    ['lgn_moved', 2],
    ['lgn_other', 1],
    ['lgn_shared', 1],
  ])
})

test("a client takes over the pipeline that an entry point with its key made, with the client's options", async () => {
  const options: Options = { apiKey: 'lgn_door_first', apiUrl: rig.vendor.apiUrl }
  const processor = new LognitorLogRecordProcessor(options)
  const client = new LognitorClient({ ...options, redactPatterns: ['email'], service: 'shop' })
  logsThrough(processor).getLogger('app').emit({ body: 'to ada@example.com' })
  await client.shutdown()
  expect(rig.vendor.batches[0]?.json.logs).toMatchObject([{ message: 'to [REDACTED]', service: 'shop' }])
})

test('a client without options of its own keeps those of an entry point', async () => {
  const options: Options = { apiKey: 'lgn_door_stays', apiUrl: rig.vendor.apiUrl }
  const processor = new LognitorLogRecordProcessor({ ...options, redactPatterns: ['email'], service: 'shop' })
  const client = new LognitorClient(options)
  logsThrough(processor).getLogger('app').emit({ body: 'to ada@example.com' })
  await client.shutdown()
  expect(rig.vendor.batches[0]?.json.logs).toMatchObject([{ message: 'to [REDACTED]', service: 'shop' }])
})

test('options of a second client or entry point that differ are ignored with a warning that names them', async () => {
  const options: Options = { apiKey: 'lgn_second', apiUrl: rig.vendor.apiUrl, service: 'shop' }
  const client = new LognitorClient(options)
  const none = await warningsDuring(() => {
    new LognitorLogRecordProcessor({ ...options })
    new LognitorClient({ apiKey: 'lgn_second', apiUrl: rig.vendor.apiUrl })
  })
  expect(none).toEqual([])
  const [warning] = await warningsDuring(() => {
    new LognitorClient({ ...options, service: 'till', redactPatterns: ['email'] })
  })
  expect(warning).toContain('its options hold for both: service, redactPatterns.')
  await client.shutdown()
})

test('printing or inspecting a client or its errors never shows the key', async () => {
  const secret = 'lgn_secret_0123456789'
  const client = new LognitorClient({ apiKey: secret, apiUrl: rig.vendor.apiUrl, debug: true })
  const stderr = vi.spyOn(fs, 'writeSync').mockReturnValue(1)
  rig.vendor.answer({ status: 401 })
  const warnings = await warningsDuring(async () => {
    const warned = once(process, 'warning')
    client.info('refused')
    await Promise.all([client.flush(50), warned])
  })
  const views = [
    inspect(client, { depth: 20, showHidden: true, getters: true }),
    inspect(client.child(), { depth: 20, showHidden: true }),
    JSON.stringify(client),
    String(client),
    JSON.stringify(client.stats()),
    ...warnings,
    stderr.mock.calls.join('\n'),
  ]
  stderr.mockRestore()
  expect(warnings).toHaveLength(1)
  expect(views.filter((view) => view.includes(secret))).toEqual([])
  await client.shutdown(0)
})

async function freshModule(): Promise<Lognitor> {
  forgetCopies()
  return import('../../src/index.js')
}

test('a second init warns once and returns the first client', async () => {
  const lognitor = await freshModule()
  const first = lognitor.init({ apiKey: KEY, apiUrl: rig.vendor.apiUrl, service: 'first' })
  const codes: string[] = []
  const listener = (warning: Error & { code?: string }) => codes.push(String(warning.code))
  process.on('warning', listener)
  const again = [1, 2].map(() => lognitor.init({ apiKey: 'lgn_other', service: 'second' }))
  await settle()
  process.off('warning', listener)
  expect(again).toEqual([first, first])
  expect(lognitor.getClient()).toBe(first)
  expect(codes).toEqual(['LOGNITOR_INIT_TWICE'])
  lognitor.info('log')
  await lognitor.shutdown()
  expect(rig.vendor.batches[0]?.json.logs[0].service).toBe('first')
})

test('after shutdown init makes a new client', async () => {
  const lognitor = await freshModule()
  const options = { apiKey: KEY, apiUrl: rig.vendor.apiUrl }
  const first = lognitor.init(options)
  await lognitor.shutdown()
  const second = lognitor.init(options)
  expect(second).not.toBe(first)
  lognitor.info('again')
  expect(await lognitor.shutdown()).toBe(true)
  expect(rig.vendor.messages()).toEqual(['again'])
})

test('without a key everything is a no-op that warns once and never throws', async () => {
  const lognitor = await freshModule()
  const codes: string[] = []
  const listener = (warning: Error & { code?: string }) => codes.push(String(warning.code))
  process.on('warning', listener)
  const client = lognitor.init({ apiUrl: rig.vendor.apiUrl, service: 'shop' })
  for (const logger of [lognitor, client, client.child({ service: 'c' })]) {
    expect(logger.info('x')).toBe('')
    expect(logger.captureException(new Error('x'))).toBe('')
    expect(logger.startTimer().end('x')).toBe('')
    expect(logger.timed('x', () => 7)).toBe(7)
  }
  client.setUser({ id: 'u' })
  client.addBreadcrumb({ message: 'm' })
  client.clearUser()
  client.pause()
  client.resume()
  expect(client.heartbeat('tok').wrap(() => 'ran')).toBe('ran')
  expect(await client.heartbeat('tok').ping()).toBe(false)
  expect(await client.submitFeedback({ eventId: 'e', comments: 'c' })).toBe(false)
  expect(await client.registerRelease({ version: '1' })).toBeNull()
  expect(await client.flush()).toBe(true)
  const processors = [new LognitorLogRecordProcessor(), new LognitorSpanProcessor()]
  for (const processor of processors) await processor.shutdown()
  expect(await client.shutdown()).toBe(true)
  await settle()
  process.off('warning', listener)
  expect(codes).toEqual(['LOGNITOR_NO_API_KEY'])
  expect(rig.vendor.seen).toEqual([])
})

test.each<[string, unknown, RegExp]>([
  ['batchSize', { batchSize: 0 }, /"batchSize": expected a whole number from 1 to 100, got 0/],
  ['flushInterval', { flushInterval: '5s' }, /"flushInterval": expected a whole number .* got "5s"/],
  [
    'minLevel',
    { minLevel: 'loud' },
    /"minLevel": expected one of debug, info, warn, error, fatal, got "loud"/,
  ],
  ['apiUrl', { apiUrl: 'lognitor.com' }, /"apiUrl": expected an http or https URL/],
  ['beforeSend', { beforeSend: true }, /"beforeSend": expected a function, got true/],
  ['an item of a list', { redactPatterns: [/a/, 'emial'] }, /"redactPatterns": .* got \[\/a\/, "emial"\]/],
  ['a field', { breadcrumbs: { request: true } }, /"breadcrumbs": .* got \{ request: true \}/],
  ['a field too many', { spool: { directory: 'd', maxbytes: 5 } }, /got \{ directory: "d", maxbytes: 5 \}/],
  ['a field that may be a key', { spool: { apiKey: 'lgn_oops' } }, /"spool": .* got \{ apiKey: \*\*\* \}/],
  ['an unknown name', { apikey: 'lgn_oops' }, /no option "apikey"/],
  ['no object', 'lgn_oops', /expected an object, got a string/],
  ['null', null, /expected an object/],
  ['apiKey', { apiKey: 'lgn_oops\n' + 'x' }, /"apiKey": expected a string of visible ASCII/],
  ['apiKey of another type', { apiKey: 7 }, /"apiKey": .* got a number/],
])('a wrong option throws and names what is expected, without showing a key: %s', (_, options, words) => {
  const make = () => new LognitorClient(options as Options)
  expect(make).toThrow(words)
  try {
    make()
  } catch (error) {
    expect(inspect(error)).not.toContain('lgn_oops')
    expect((error as { code?: string }).code).toMatch(/^LOGNITOR_(BAD|UNKNOWN)_OPTION$/)
  }
})

test('an entry point with an invalid client throws and names it', () => {
  // @ts-expect-error no client
  expect(() => new LognitorSpanProcessor({ client: {} })).toThrow(/"client": .* got another object/)
  // @ts-expect-error no client
  expect(() => new LognitorSpanProcessor({ client: 'lgn_oops' })).toThrow(/"client": .* got a string\.$/)
})

test.each([LognitorLogRecordExporter, LognitorLogRecordProcessor, LognitorSpanProcessor])(
  'an entry point without an options object throws and says so: %o',
  (EntryPoint) => {
    for (const [input, words] of [
      ['lgn_oops', /expected an object, got a string\.$/],
      [null, /expected an object, got null\.$/],
    ] as const) {
      // @ts-expect-error no options
      expect(() => new EntryPoint(input)).toThrow(words)
    }
  },
)

test('a wrong value in the environment is ignored, with a warning', async () => {
  vi.stubEnv('LOGNITOR_BATCH_SIZE', 'many')
  vi.stubEnv('LOGNITOR_API_KEY', 'lgn bad key')
  const warnings = await warningsDuring(() => inMemory())
  vi.unstubAllEnvs()
  expect(warnings).toHaveLength(2)
  expect(warnings.join()).toMatch(/LOGNITOR_BATCH_SIZE was ignored: expected a whole number/)
  expect(warnings.join()).toMatch(/LOGNITOR_API_KEY was ignored/)
  expect(warnings.join()).not.toContain('bad key')
})

test('each wrong value in the environment is one warning, and Node prints nothing else', async () => {
  const names = [
    'BATCH_SIZE',
    'FLUSH_INTERVAL',
    'MAX_RETRIES',
    'MAX_QUEUE_SIZE',
    'MIN_LEVEL',
    'ENABLED',
    'DEBUG',
  ]
  for (const name of names) vi.stubEnv(`LOGNITOR_${name}`, 'wrong')
  const others: string[] = []
  const listener = ({ name }: Error) => name === 'LognitorWarning' || others.push(name)
  process.on('warning', listener)
  const warnings = await warningsDuring(() => inMemory())
  process.off('warning', listener)
  vi.unstubAllEnvs()
  expect(warnings).toHaveLength(names.length)
  expect(others).toEqual([])
})

test('the warning of a wrong value in the environment names the values that are allowed', async () => {
  vi.stubEnv('LOGNITOR_BREADCRUMBS', 'request')
  const warnings = await warningsDuring(() => inMemory())
  vi.unstubAllEnvs()
  expect(warnings.join()).toMatch(
    /expected some of requests, outgoing, logs, separated by commas.* got "request"/,
  )
})

test('an option changed in a running client applies from the next log on, or a warning says that it is too late', async () => {
  const first = mkdtempSync(join(tmpdir(), 'spool-'))
  const { client, logs } = inMemory({ minLevel: 'warn', spool: { directory: first, maxBytes: 2 ** 21 } })
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'process.owner': 'ada' })
  const logger = logsThrough(new LognitorLogRecordProcessor({ client }), resource).getLogger('app')
  logger.emit({ body: 'before', severityNumber: 13 })
  const drops: string[] = []
  const stderr = vi.spyOn(fs, 'writeSync').mockReturnValue(1)
  const warnings = await warningsDuring(() => {
    client.reconfigure({ onDrop: (reason) => drops.push(reason), debug: true, allResourceAttributes: true })
    client.reconfigure({ spool: { directory: `${first}-other` } })
    client.reconfigure({ minLevel: 'warn', spool: { directory: first } })
  })
  client.info('too low')
  logger.emit({ body: 'after', severityNumber: 13 })
  const [before, after] = await logs()
  const said = stderr.mock.calls.join('\n')
  stderr.mockRestore()
  expect(drops).toEqual(['min_level'])
  expect(said).toContain('first drop: min_level')
  expect([before, after].map((log) => log?.metadata?.['process.owner'])).toEqual([undefined, 'ada'])
  expect(warnings).toEqual([expect.stringMatching(/^LOGNITOR_OPTIONS_IGNORED: .*: spool\.$/)])
  await client.shutdown()
  rmSync(first, { recursive: true, force: true })
})
