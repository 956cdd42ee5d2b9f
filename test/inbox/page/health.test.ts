import { expect, onTestFinished, test } from 'vitest'
import { startGateway } from '../../../src/gateway/index.js'
import { LognitorClient } from '../../../src/index.js'
import { batchOf, logWith, post, until } from '../support.js'
import { openInbox, openPage, reads, textOf } from './browser.js'
import { ago } from './fill.js'

const PRESETS = [
  ['Down', { status: 503 }],
  ['Too many', { status: 429, retryAfter: 5 }],
  ['Slow', { delayMs: 3000 }],
  ['Reset', { reset: true }],
  ['Reject some', { rejectEvery: 3 }],
  ['Sample', { sampleRates: { debug: 0.1, info: 0.5 } }],
] as const

test.each(PRESETS)(
  'the fault %s is switched on with one click, is visible, and is switched off with one click',
  async (name, faults) => {
    const inbox = await openInbox()
    const page = await openPage(inbox, '/faults')
    const preset = page.getByRole('button', { name: new RegExp(`^${name} o`) })
    await preset.click()
    await until(() => JSON.stringify(inbox.faults()) === JSON.stringify(faults), 'the fault holds')
    const banner = page.getByRole('alert')
    await reads(banner, `${name}:`)
    await page.getByRole('link', { name: 'Logs', exact: true }).click()
    await reads(banner, 'Faults are set.')
    await banner.getByRole('button', { name: 'Switch off' }).click()
    await banner.waitFor({ state: 'detached' })
    expect(inbox.faults()).toEqual({})
    await page.goBack()
    await preset.click()
    await banner.waitFor()
    await preset.click()
    await until(() => Object.keys(inbox.faults()).length === 0, 'the fault ends')
  },
)

test('a fault that was set elsewhere is shown too', async () => {
  const inbox = await openInbox()
  const page = await openPage(inbox)
  inbox.faults({ status: 507 })
  await fetch(`${inbox.apiUrl}/heartbeat/beat`, { method: 'POST' })
  await reads(page.getByRole('alert'), '507')
})

test('health shows each client with its retries, rejections, delays and sample rates', async () => {
  const inbox = await openInbox()
  const batch = batchOf(
    logWith({
      service: 'shop',
      timestamp: ago(2000),
      hostname: 'vm-1',
      _sdk: { name: 'sdk', version: '1.2' },
    }),
    logWith({ level: 'error', service: 'shop', metadata: { dedupCount: 5 } }),
    logWith({ level: 'loud' }),
  )
  inbox.faults({ status: 503 })
  await post(`${inbox.apiUrl}/ingest`, batch)
  inbox.faults({ sampleRates: { debug: 0.1 } })
  await post(`${inbox.apiUrl}/ingest`, batch)
  const page = await openPage(inbox, '/health')
  const client = page.getByRole('region', { name: 'Client shop' })
  await reads(client, 'sdk 1.2')
  const text = (await textOf(client)).replace(/\s+/g, ' ')
  for (const part of ['1 failed call', 'calls 2', 'sent again 1', 'refused 1', 'hosts vm-1', '503 × 1'])
    expect(text).toContain(part)
  expect(text).toContain('held back 8')
  await reads(page.getByRole('region', { name: 'What the inbox cannot see' }), 'debug 10 %')
})

test('health shows a client of this package separately', async () => {
  const inbox = await openInbox()
  const client = new LognitorClient({ apiKey: 'k', apiUrl: inbox.apiUrl, service: 'till' })
  client.info('hello')
  await client.flush()
  const page = await openPage(inbox, '/health')
  await reads(page.getByRole('region', { name: 'Client till' }), '@lognitor/opentelemetry')
  await client.shutdown()
})

test('a client that reports shows what it dropped by itself and still holds', async () => {
  const inbox = await openInbox()
  const client = new LognitorClient({
    apiKey: 'k',
    apiUrl: inbox.apiUrl,
    service: 'till',
    beforeSend: () => null,
  })
  client.info('stopped')
  await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ service: 'till' })))
  const page = await openPage(inbox, '/health')
  const row = page.getByRole('region', { name: 'Client till' })
  await row.waitFor()
  expect(await textOf(row)).not.toContain('dropped')
  const report = (stats: unknown) =>
    fetch(`${inbox.url}/inbox/api/reports`, {
      method: 'POST',
      body: JSON.stringify({ service: 'till', stats }),
    })
  expect((await report(client.stats())).status).toBe(200)
  await reads(row, /dropped\s*1 × before_send/)
  await report({ queued: 7, spooled: -1, holding: 'backoff', dropped: { sampled: 'x' } })
  await reads(row, /nothing dropped, 7 queued, 0 in flight, 0 on disk, sends nothing: backoff/)
  expect((await report(undefined)).status).toBe(400)
  await client.shutdown()
})

test('the drops of all clients are shown by reason, those that no setting asked for first', async () => {
  const inbox = await openInbox()
  const report = (service: string, dropped: Record<string, number>) =>
    fetch(`${inbox.url}/inbox/api/reports`, {
      method: 'POST',
      body: JSON.stringify({ service, stats: { dropped } }),
    })
  await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ service: 'till' }), logWith({ service: 'bank' })))
  const page = await openPage(inbox, '/health')
  const unseen = page.getByRole('region', { name: 'What the inbox cannot see' })
  await reads(unseen, 'service: "till"')
  await report('till', { min_level: 40, queue_full: 2 })
  await report('bank', { min_level: 10 })
  const drops = page.getByRole('region', { name: 'Dropped by clients' }).getByRole('listitem')
  await expect
    .poll(async () => (await drops.allInnerTexts()).map((text) => text.split(/\s*\n\s*/)))
    .toEqual([
      ['queue_full', 'the queue was full', '2', 'till'],
      ['min_level', 'below the minimum level', '50', 'bank, till'],
    ])
  await reads(page.locator('.figures'), /Lost by clients\s*2/)
  // A drop that a setting asks for is no warning.
  const marked = (name: string) => page.getByRole('region', { name }).locator('.client-report .bad').count()
  expect([await marked('Client till'), await marked('Client bank')]).toEqual([1, 0])
  expect(await textOf(unseen)).not.toContain('till')
})

test('a gateway that reports its metrics shows what came in and what became of it', async () => {
  const inbox = await openInbox()
  const gateway = await startGateway({ apiKey: 'k', apiUrl: inbox.apiUrl, listen: '127.0.0.1:0' })
  onTestFinished(() => gateway.close())
  const record = { severityNumber: 9, body: { stringValue: 'hello' } }
  const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [record, record] }] }] }
  await post(`${gateway.url}/v1/logs`, logs, { 'content-type': 'application/json' })
  await post(`${gateway.url}/v1/logs`, 'nonsense', { 'content-type': 'application/json' })
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
  const report = (body: string) =>
    fetch(`${inbox.url}/inbox/api/reports?gateway=edge`, { method: 'POST', body })
  expect((await report(metrics)).status).toBe(200)
  expect((await report('# HELP lognitor_gateway_x')).status).toBe(400)
  const page = await openPage(inbox, '/health')
  const row = page.getByRole('region', { name: 'Gateway edge' })
  await reads(row, '1 refused export')
  const text = (await textOf(row)).replace(/\s+/g, ' ')
  for (const part of ['log records 2', 'logs 2 of 2', 'logs 200 × 1', 'logs 400 × 1'])
    expect(text).toContain(part)
  expect(await textOf(page.getByRole('region', { name: 'What the inbox cannot see' }))).not.toContain(
    'gateway',
  )
})
