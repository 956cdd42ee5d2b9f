import { expect, test } from 'vitest'
import { until } from '../support.js'
import { openInbox, openPage, reads, textOf } from './browser.js'
import { fill, sendLogs, sendRequests, TRACE } from './fill.js'

test('requests show their rate, errors, percentiles, routes, the slowest and the failed', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/requests')
  const routes = page.getByRole('table', { name: 'Requests by route' })
  await routes.getByRole('link', { name: 'GET /reports' }).waitFor()
  const figures = await textOf(page.locator('.figures'))
  for (const figure of ['Requests\n3', 'Error rate\n33 %', 'p50\n90 ms', 'p99\n900 ms'])
    expect(figures).toContain(figure)
  await page.getByRole('img', { name: /^Latency over time: p50 90 ms/ }).waitFor()
  await page.getByRole('img', { name: '3 requests over time by the class of their status' }).waitFor()
  const slowest = page.getByRole('region', { name: 'Slowest requests' }).getByRole('row')
  expect(await textOf(slowest.nth(1))).toContain('/reports')
  const failed = page.getByRole('region', { name: 'Failed requests' }).getByRole('row')
  expect(await failed.count()).toBe(2)
  expect(await textOf(failed.nth(1))).toContain('/checkout/7')
})

test('the table of routes is sorted by a click, and a route shows its own requests only', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/requests')
  const routes = page.getByRole('table', { name: 'Requests by route' })
  await routes.getByRole('button', { name: 'p95' }).click()
  await until(
    async () => (await textOf(routes.getByRole('row').nth(1))).includes('/reports'),
    'the slowest is first',
  )
  await routes.getByRole('button', { name: 'p95' }).click()
  await until(
    async () => (await textOf(routes.getByRole('row').nth(1))).includes('/charge'),
    'the fastest is first',
  )
  await routes.getByRole('link', { name: 'GET /charge' }).click()
  await reads(page.locator('.figures'), /Requests\s*1/)
  expect(new URL(page.url()).searchParams.get('route')).toBe('/charge')
})

test('one request opens with its logs, its errors and its trace', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/requests')
  await page
    .getByRole('region', { name: 'Failed requests' })
    .getByRole('link', { name: /\/checkout\/7/ })
    .click()
  const request = page.getByRole('complementary', { name: 'Request' })
  await reads(request, 'card declined')
  await page.reload()
  for (const part of ['paying', 'charging', 'card declined', '/checkout/7']) await reads(request, part)
  await request.getByRole('link', { name: 'The whole trace' }).click()
  await reads(page.locator('h2').first(), TRACE)
})

test('a trace is one time line across services, and its logs open beside it', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/traces')
  await page.getByRole('link', { name: 'GET /checkout/:id' }).click()
  const lanes = page.locator('.lane')
  await reads(lanes, 'charging')
  const names = await lanes.allInnerTexts()
  expect(names.map((name) => name.replace(/\s+/g, ' ').trim())).toEqual([
    '500 GET /checkout/:id 90 ms',
    '• info paying',
    '200 GET /charge 40 ms',
    '• info charging',
    '✕ error PaymentError card declined',
  ])
  await page.getByRole('button', { name: /charging/ }).click()
  await reads(page.getByRole('complementary', { name: 'Log' }), 'money')
})

test('a link to a request id shows the same time line', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  await sendRequests(inbox, { request_id: 'other', path: '/other', route: '/other' })
  const page = await openPage(inbox, '/traces?request=r2')
  await reads(page.locator('.lane'), 'card declined')
  expect(await textOf(page.locator('.waterfall'))).not.toContain('/other')
})

test('the parts of a request have names in words, and a click filters by them', async () => {
  const inbox = await openInbox()
  await sendRequests(
    inbox,
    {
      request_id: 'r1',
      status_code: 500,
      duration_ms: 1240,
      user_agent: 'curl/8',
      runtime: 'node',
      runtime_version: '22.1.0',
    },
    { request_id: 'r2' },
  )
  await sendLogs(inbox, { request: { method: 'GET', status_code: 500, duration_ms: 1240, ip: '10.0.0.1' } })
  const page = await openPage(inbox, '/requests?open=r1&seq=1')
  const names = page.getByRole('complementary').locator('dt')
  await reads(names, 'duration')
  const fields = await textOf(page.getByRole('complementary').locator('dl'))
  expect(await names.allInnerTexts()).not.toContainEqual(expect.stringMatching(/_/))
  expect(fields.replace(/\s+/g, ' ')).toMatch(
    /^route \/orders\/:id path \/orders\/1 method GET status 500 duration 1.24 s started [\d:.]+ service shop request id r1 user agent curl\/8 runtime node 22.1.0$/,
  )
  await page.getByRole('complementary').getByTitle('Filter by status 500').click()
  await reads(page.locator('.figures'), /Requests\s*1/)
  await page.goto(`${inbox.url}/?log=1`)
  const request = page.locator('.drawer-section').filter({ hasText: 'Request' })
  await reads(request, /status\s*500\s*duration\s*1.24 s\s*client address\s*10.0.0.1/)
})
