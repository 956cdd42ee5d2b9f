import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetWarnings } from '../../src/config/errors.js'
import type { Transport, TransportAnswer } from '../../src/wire/transport.js'
import { settle, until } from '../support/until.js'
import { openRig, type Rig } from './support.js'

let rig: Rig
let warnings: { message: string; code: string }[]

beforeEach(() => {
  forgetWarnings()
  warnings = []
  vi.spyOn(process, 'emitWarning').mockImplementation(((warning: Error & { code: string }) => {
    if (warning.name === 'LognitorWarning') warnings.push({ message: warning.message, code: warning.code })
  }) as typeof process.emitWarning)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rig.close()
})

const TAKEN: TransportAnswer = { status: 200, headers: {}, body: '' }

/** A rig whose transport behaves like this until `mend` is called. */
async function openWith(send: () => unknown): Promise<{ mend(): void }> {
  let current = send
  const transport: Transport = { send: async () => current() as TransportAnswer }
  rig = await openRig({ transport })
  return {
    mend: () => {
      current = () => TAKEN
    },
  }
}

const rejecting = (error: unknown) => () => Promise.reject(error)
const coded = (code: string, message = 'failed') => Object.assign(new Error(message), { code })

const FAULTS: readonly [string, () => unknown, RegExp][] = [
  [
    'throws a TypeError',
    rejecting(new TypeError('fetsch is not a function')),
    /TypeError fetsch is not a function/,
  ],
  [
    'cannot load a module',
    rejecting(coded('ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING')),
    /ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING failed/,
  ],
  ['throws what is no error', rejecting('no'), /: no\./],
  ['throws nothing', rejecting(undefined), /: undefined\./],
  [
    'throws what cannot be read',
    rejecting({
      get message() {
        throw new Error('no')
      },
    }),
    /an unreadable error/,
  ],
  ['answers nothing', () => undefined, /resolved to undefined/],
  ['answers a text', () => 'ok', /resolved to a string/],
  ['answers without a status', () => ({ headers: {}, body: '' }), /status is undefined/],
  ['answers with a status that is a text', () => ({ ...TAKEN, status: '200' }), /status is a string/],
  ['answers with a status that is no integer', () => ({ ...TAKEN, status: 200.5 }), /status is 200\.5/],
  ['answers with status 0', () => ({ ...TAKEN, status: 0 }), /status is 0/],
]

test.each(FAULTS)('a transport that %s causes a warning, and no loss', async (_, send, cause) => {
  const { mend } = await openWith(send)
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the batch waits')
  rig.clock.advance(1000)
  await settle()
  expect(warnings).toEqual([{ code: 'LOGNITOR_TRANSPORT_FAULT', message: expect.stringMatching(cause) }])
  expect(rig.pipeline.stats()).toMatchObject({ queued: 25, dropped: {} })
  mend()
  rig.clock.advance(2000)
  await until(() => rig.pipeline.stats().accepted === 25, 'all arrived')
})

test('causes that differ in a number only are warned of once', async () => {
  let n = 0
  await openWith(() => Promise.reject(new Error(`request ${n++} is odd`)))
  rig.logMany(25)
  for (let attempt = 1; attempt <= 3; attempt++) {
    await until(() => n === attempt && rig.pipeline.stats().inFlight === 0, `attempt ${attempt}`)
    rig.clock.advance(10_000)
  }
  expect(warnings).toHaveLength(1)
})

test('a transport fault of an API call causes a warning, too', async () => {
  await openWith(rejecting(new TypeError('fetsch is not a function')))
  void rig.pipeline.apiCaller.run({ path: '/feedback', body: {}, withKey: true, retryForMs: 0 })
  await until(() => warnings.length === 1, 'the warning was emitted')
  expect(warnings[0]).toMatchObject({ code: 'LOGNITOR_TRANSPORT_FAULT' })
})

test('no warning shows the key', async () => {
  await openWith(() => Promise.reject(new Error(`cannot send ${rig.pipeline.settings.apiKey}`)))
  rig.logMany(25)
  await until(() => warnings.length === 1, 'the warning was emitted')
  expect(warnings[0]?.message).toContain('cannot send ***')
})

const OUTAGES: readonly unknown[] = [
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'],
  ...['EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ...['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_TLS_CERT_ALTNAME_INVALID', 'HPE_INVALID_CONSTANT', 'EMFILE'],
]

test.each([
  ...OUTAGES.map((code) => [code, coded(code as string)]),
  ['a socket hang-up', new Error('socket hang up')],
  ['an abort', new DOMException('This operation was aborted', 'AbortError')],
  ['a time-out of AbortSignal', new DOMException('Too late', 'TimeoutError')],
  ['an error wrapped by fetch', new TypeError('fetch failed', { cause: coded('ECONNREFUSED') })],
  ['several addresses that all refuse', new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT')])],
  ['a firewall', Object.assign(coded('EACCES'), { syscall: 'connect' })],
])('%s is an outage and causes no warning', async (_, error) => {
  await openWith(rejecting(error))
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the batch waits')
  await settle()
  expect(warnings).toEqual([])
  expect(rig.pipeline.stats()).toMatchObject({ queued: 25, dropped: {} })
})

const unreadable = () => {
  throw new Error('unreadable')
}
/** An answer that is in order but for this field. */
const hostile = (field: string) => Object.defineProperty({ ...TAKEN }, field, { get: unreadable })

test.each([
  ['no headers', { status: 200, body: '' }, /headers are undefined/],
  ['headers of fetch', { ...TAKEN, headers: new Headers() }, /headers are \[object Headers\]/],
  ['no body', { status: 200, headers: {} }, /body is undefined/],
  ['a body of bytes', { ...TAKEN, body: Buffer.from('{}') }, /body is \[object Uint8Array\]/],
  ['a body that is parsed already', { ...TAKEN, body: { accepted: 25 } }, /body is \[object Object\]/],
  ['headers that cannot be read', () => hostile('headers'), /headers are undefined/],
  [
    'a header that cannot be read',
    () => ({ ...TAKEN, headers: Object.defineProperty({}, 'date', { get: unreadable, enumerable: true }) }),
    /headers are \[object Object\]/,
  ],
  ['a body that cannot be read', () => hostile('body'), /body is undefined/],
  ['neither', { status: 200 }, /headers are undefined .* body is undefined/],
])('an answer with %s counts by its status, and causes a warning', async (_, answer, cause) => {
  await openWith(() => (typeof answer === 'function' ? answer() : answer))
  rig.logMany(25)
  await until(() => rig.pipeline.stats().accepted === 25, 'the batch was accepted')
  expect(warnings).toEqual([{ code: 'LOGNITOR_TRANSPORT_FAULT', message: expect.stringMatching(cause) }])
  // Nothing failed, and nothing is held.
  expect(warnings[0]?.message).not.toMatch(/failed|held/)
})

test('headers are read in any shape and case', async () => {
  const headers = [new Headers({ 'Retry-After': '60' }), { 'Retry-After': '60' }, { 'retry-after': ['60'] }]
  for (const given of headers) {
    await openWith(() => ({ status: 503, headers: given, body: '' }))
    rig.logMany(25)
    await until(() => rig.pipeline.stats().holding === 'retry_after', 'the batch waits as long as asked')
    await rig.close()
  }
})

test.each(['x', '[]', 'null', '{"info":', '{"info":"half"}', '{"info":-1}', '{"info":null}', '{"info":1e9}'])(
  'the sample rates %s are passed over, and the last ones stay',
  async (rates) => {
    let chance = 0.1
    rig = await openRig({}, () => chance)
    const header = 'x-lognitor-sample-rates'
    rig.vendor.answer({ headers: { [header]: '{"info":0.3}' } }, { headers: { [header]: rates } })
    rig.logMany(25)
    await until(() => rig.pipeline.stats().accepted === 25, 'the first logs were accepted')
    rig.clock.advance(200)
    rig.logMany(25)
    await until(() => rig.pipeline.stats().accepted === 50, 'the second logs were accepted')
    chance = 0.4
    rig.log('one more')
    expect(rig.pipeline.stats().dropped).toEqual({ sampled: 1 })
    expect(warnings).toEqual([])
  },
)

test.each(['<html>login</html>', 'OK', '[]', '"ok"', 'null', '1', '{"accepted":'])(
  'a 200 with %s is a wrong address, and nothing is lost',
  async (body) => {
    rig = await openRig()
    rig.vendor.answer({ body }, {})
    rig.logMany(25)
    await until(() => rig.pipeline.stats().holding === 'wrong_address', 'the batch waits')
    expect(rig.pipeline.stats()).toMatchObject({ queued: 25, accepted: 0, dropped: {} })
    expect(warnings).toMatchObject([{ code: 'LOGNITOR_WRONG_ADDRESS' }])
    expect(warnings[0]?.message).toContain(body.slice(0, 5).replaceAll('"', '\\"'))
    rig.clock.advance(60_000)
    await until(() => rig.vendor.messages().length === 50, 'the probe delivered the logs a minute later')
  },
)

test.each(['', ' \r\n', '{}', '\n{"message":"ok"}\n', `{"errors":["${'x'.repeat(70_000)}`])(
  'a 200 with %j is accepted',
  async (body) => {
    rig = await openRig()
    rig.vendor.answer({ body })
    rig.logMany(25)
    await until(() => rig.pipeline.stats().accepted === 25, 'the batch was accepted')
    expect(warnings).toEqual([])
  },
)

test('an unusable proxy of the environment is ignored with a warning, which does not show its password', async () => {
  for (const proxy of ['socks5://me:secret@127.0.0.1:1080', 'http://me:secret@[127.0.0.1']) {
    forgetWarnings()
    warnings = []
    vi.stubEnv('http_proxy', proxy)
    rig = await openRig()
    rig.logMany(25)
    await until(() => warnings.length === 1, 'the warning was emitted')
    expect(warnings[0]).toMatchObject({ code: 'LOGNITOR_PROXY_UNUSABLE' })
    expect(warnings[0]?.message).toMatch(
      /^http_proxy names (a proxy of the type socks5|an invalid proxy address)/,
    )
    expect(warnings[0]?.message).not.toContain('secret')
    await until(() => rig.pipeline.stats().accepted === 25, 'the batch was delivered')
    vi.unstubAllEnvs()
    await rig.close()
  }
})
