import { expect, test } from 'vitest'
import { startGateway } from '../../src/gateway/index.js'
import { closedLatch } from '../support/until.js'
import { logsOf, openGateway, send } from './support.js'

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

test('only callers with one of the tokens are served, and several tokens are valid at once', async () => {
  const { gateway, vendor } = await openGateway({ authTokens: ['old-token', 'new-token'] })
  for (const token of ['old-token', 'new-token']) {
    expect(await send(gateway, '/v1/logs', logsOf(token), bearer(token))).toMatchObject({ status: 200 })
  }
  expect(await send(gateway, '/v1/logs', logsOf('none'))).toMatchObject({ status: 401 })
  expect(await send(gateway, '/v1/logs', logsOf('wrong'), bearer('old-toke'))).toMatchObject({ status: 401 })
  expect(
    await send(gateway, '/v1/logs', logsOf('basic'), { headers: { authorization: 'Basic old-token' } }),
  ).toMatchObject({ status: 401 })
  expect(vendor.messages()).toEqual(['old-token', 'new-token'])
})

test('the health check needs no token', async () => {
  const { gateway } = await openGateway({ authTokens: ['t'] })
  for (const path of ['/healthz', '/readyz', '/metrics'])
    expect((await fetch(gateway.url + path)).status).toBe(200)
})

test.each(['0.0.0.0:0', ':0', '[::]:0', '192.0.2.1:0'])(
  'beyond loopback, as on %s, the gateway starts only with a token or with noAuth',
  async (listen) => {
    await expect(startGateway({ listen, apiKey: 'k' })).rejects.toMatchObject({
      code: 'LOGNITOR_GATEWAY_UNPROTECTED',
    })
  },
)

test.each([{ authTokens: ['t'] }, { noAuth: true }])(
  'beyond loopback the gateway starts with %o',
  async (protection) => {
    const { gateway } = await openGateway({ listen: '0.0.0.0:0', ...protection })
    expect(gateway.port).toBeGreaterThan(0)
  },
)

test('the gateway does not start without a key, because it would report lost data as delivered', async () => {
  await expect(startGateway({ listen: '127.0.0.1:0' })).rejects.toMatchObject({ code: 'LOGNITOR_BAD_OPTION' })
})

test('an address in use is reported', async () => {
  const { gateway } = await openGateway()
  const again = startGateway({ listen: `127.0.0.1:${gateway.port}`, apiKey: 'k' })
  await expect(again).rejects.toMatchObject({ code: 'LOGNITOR_ADDRESS_IN_USE' })
})

test.each([
  [{ listen: 'nowhere' }, 'LOGNITOR_BAD_OPTION'],
  [{ listen: '127.0.0.1:99999' }, 'LOGNITOR_BAD_OPTION'],
  [{ maxBodyBytes: 0 }, 'LOGNITOR_BAD_OPTION'],
  [{ authTokens: ['with space'] }, 'LOGNITOR_BAD_OPTION'],
  [{ batchSize: 10 }, 'LOGNITOR_UNKNOWN_OPTION'],
])('the option %o is refused', async (options, code) => {
  await expect(startGateway({ apiKey: 'k', ...options } as never)).rejects.toMatchObject({ code })
})

test('options that are not an object are refused', async () => {
  await expect(startGateway(null as never)).rejects.toThrow('Options: expected an object, got null.')
})

test('a wrong token is never printed', async () => {
  const starting = startGateway({ apiKey: 'k', authTokens: ['my secret'] })
  await expect(starting).rejects.not.toThrow(/secret/)
})

test('each caller may bring its own key, and one without a key is told to retry', async () => {
  const { gateway, vendor } = await openGateway({ apiKey: undefined, passThroughKey: true })
  for (const key of ['tenant-a', 'tenant-b']) {
    expect(await send(gateway, '/v1/logs', logsOf('same'), { headers: { 'x-api-key': key } })).toMatchObject({
      status: 200,
    })
  }
  expect(vendor.batches.map(({ headers }) => headers['x-api-key'])).toEqual(['tenant-a', 'tenant-b'])
  // Equal messages of two projects are not repeats of each other.
  const [a, b] = vendor.batches.map(({ json }) => json.batch_id)
  expect(a).not.toBe(b)
  const without = await send(gateway, '/v1/logs', logsOf('same'))
  expect(without).toMatchObject({ status: 503 })
  expect(without.headers.get('retry-after')).toBe('60')
})

test("a key of the gateway's own serves callers that bring none", async () => {
  const { gateway, vendor } = await openGateway({ apiKey: 'common', passThroughKey: true })
  await send(gateway, '/v1/logs', logsOf('a'))
  await send(gateway, '/v1/logs', logsOf('a'), { headers: { 'x-api-key': 'own' } })
  expect(vendor.batches.map(({ headers }) => headers['x-api-key'])).toEqual(['common', 'own'])
})

test.each([
  ['of two words', 'two words'],
  ['longer than any', 'k'.repeat(1025)],
])("a caller's invalid key, %s, is not replaced by the gateway's own", async (_name, key) => {
  const { gateway, vendor } = await openGateway({ apiKey: 'common', passThroughKey: true })
  const answer = await send(gateway, '/v1/logs', logsOf('a'), { headers: { 'x-api-key': key } })
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('60')
  expect(answer.text).not.toContain(key)
  expect(vendor.seen).toHaveLength(0)
})

test("a caller's key is used only with passThroughKey", async () => {
  const { gateway, vendor } = await openGateway({ apiKey: 'common' })
  await send(gateway, '/v1/logs', logsOf('a'), { headers: { 'x-api-key': 'own' } })
  expect(vendor.batches[0]?.headers['x-api-key']).toBe('common')
})

test('sample rates of one key do not apply to another', async () => {
  const { gateway, vendor } = await openGateway({ passThroughKey: true })
  vendor.answer(({ headers }) =>
    headers['x-api-key'] === 'quiet' ? { headers: { 'x-lognitor-sample-rates': '{"info":0}' } } : {},
  )
  for (let round = 0; round < 2; round++) {
    for (const key of ['quiet', 'loud'])
      await send(gateway, '/v1/logs', logsOf(`${key} ${round}`), { headers: { 'x-api-key': key } })
  }
  expect(vendor.messages()).toEqual(['quiet 0', 'loud 0', 'loud 1'])
})

test('a closing gateway finishes its requests and is not ready', async () => {
  const { gateway, vendor } = await openGateway()
  const latch = closedLatch()
  vendor.answer({ after: latch.promise })
  const answering = send(gateway, '/v1/logs', logsOf('last words'))
  while (vendor.open === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  const closing = gateway.close()
  await expect(fetch(`${gateway.url}/readyz`)).rejects.toThrow()
  latch.open()
  expect(await answering).toMatchObject({ status: 200 })
  await closing
  expect(vendor.messages()).toEqual(['last words'])
})

test('closing cuts off requests that do not end in time', async () => {
  const { gateway, vendor } = await openGateway({ closeTimeout: 50 })
  vendor.answer({ silent: true })
  const answering = send(gateway, '/v1/logs', logsOf('stuck'))
  while (vendor.open === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  const [outcome] = await Promise.all([answering.catch(() => 'cut off'), gateway.close()])
  expect(outcome).toBe('cut off')
})
