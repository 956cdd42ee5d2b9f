import { expect, test } from 'vitest'
import { post, until } from '../support.js'
import { openInbox, openPage, reads, textOf } from './browser.js'
import { ago, fill, PAYMENT_ERROR, sendLogs, sendRequests } from './fill.js'

test('errors are grouped, with their count, users, release, and how often over time', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  await sendLogs(
    inbox,
    {
      level: 'error',
      service: 'shop',
      error: PAYMENT_ERROR,
      user: { id: 'bob' },
      metadata: { dedupCount: 4 },
    },
    { level: 'error', service: 'bank', error: { type: 'RangeError', message: 'vault is empty' } },
  )
  const page = await openPage(inbox, '/errors')
  const table = page.getByRole('table', { name: 'Errors by group' })
  const row = table.getByRole('row').filter({ hasText: 'PaymentError' })
  await row.waitFor()
  const cells = await row.getByRole('cell').allInnerTexts()
  expect(cells[0]).toContain('card declined')
  expect(cells.slice(2, 7)).toEqual(['new', '5', '2', 'shop', '1.0.0'])
  await row.getByRole('img', { name: '5 times, new' }).waitFor()
  // Sorted by a click, the largest first.
  await table.getByRole('button', { name: 'Count' }).click()
  await until(
    async () => (await table.getByRole('row').nth(1).innerHTML()).includes('PaymentError'),
    'the most frequent is first',
  )
  expect(new URL(page.url()).searchParams.get('sort')).toBe('-count')
})

test('a group opens to its occurrences, stack, breadcrumbs and failed requests', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  await sendLogs(inbox, { level: 'error', service: 'shop', error: PAYMENT_ERROR, user: { id: 'bob' } })
  const page = await openPage(inbox, '/errors')
  await page.getByRole('link', { name: 'PaymentError' }).click()
  const detail = page.getByRole('region', { name: 'One occurrence' })
  await reads(detail, "throw new PaymentError('card declined')")
  await page
    .getByRole('region', { name: 'Requests it broke' })
    .getByRole('link', { name: /\/checkout\/7/ })
    .waitFor()
  const occurrences = page.getByRole('table', { name: 'Occurrences' }).getByRole('row')
  expect(await occurrences.count()).toBe(3)
  await occurrences.filter({ hasText: 'ada' }).click()
  await reads(detail, 'cart is full')
  const link = page.url()
  await page.goto(link)
  await reads(detail, 'cart is full')
  expect(await textOf(page.getByRole('heading', { level: 2 }).first())).toContain('PaymentError')
  await page.keyboard.press('Escape')
  await page.getByRole('table', { name: 'Errors by group' }).waitFor()
})

test('filters apply to the groups too', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  await sendLogs(inbox, { level: 'error', service: 'bank', error: { type: 'RangeError', message: 'empty' } })
  const page = await openPage(inbox, '/errors?service=bank')
  await page.getByRole('link', { name: 'RangeError' }).waitFor()
  expect(await page.getByRole('link', { name: 'PaymentError' }).count()).toBe(0)
})

test('a release shows its new errors', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  await fetch(`${inbox.apiUrl}/releases/register`, {
    method: 'POST',
    headers: { 'x-api-key': 'k' },
    body: JSON.stringify({ version: '2.0.0', services: ['shop'] }),
  })
  await sendLogs(inbox, {
    level: 'error',
    service: 'shop',
    version: '2.0.0',
    timestamp: ago(0),
    error: { type: 'CouponError', message: 'no such coupon' },
  })
  const page = await openPage(inbox, '/releases')
  const releases = page.locator('.release')
  await reads(releases.nth(0), 'CouponError')
  expect(await textOf(releases.nth(0))).toMatch(/2\.0\.0[\s\S]*1 NEW ERROR/i)
  expect(await textOf(releases.nth(1))).toMatch(/1\.0\.0[\s\S]*PaymentError/)
  expect(await textOf(releases.nth(1))).not.toContain('CouponError')
})

test('feedback is shown beside its log, with a link to it', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/feedback')
  await page.getByText('It broke when I paid.').waitFor()
  await page
    .getByRole('list', { name: /^Feedback/ })
    .getByRole('link', { name: /card declined/ })
    .click()
  await reads(page.getByRole('complementary', { name: 'Log' }), 'PaymentError')
})

test('feedback shows what it is about, the most frequent first', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  for (const comments of ['Again!', 'And again!'])
    await post(`${inbox.apiUrl}/feedback`, { event_id: 'event-1', comments })
  await post(`${inbox.apiUrl}/feedback`, { event_id: 'long gone', comments: 'Hm.' })
  const page = await openPage(inbox, '/feedback')
  await page.getByRole('img', { name: '4 pieces of feedback over time' }).waitFor()
  const causes = page.getByRole('region', { name: 'What it is about' }).getByRole('listitem')
  await reads(causes.nth(0), /PaymentError card declined\s*3/)
  await reads(causes.nth(1), /no longer held\s*1/)
})

test('a release shows its error rate and latency beside those of the release before', async () => {
  const inbox = await openInbox()
  for (const [version, ms, status] of [
    ['1.0.0', 100, 200],
    ['2.0.0', 300, 500],
  ] as const) {
    await post(`${inbox.apiUrl}/releases/register`, { version, services: ['shop'] })
    await sendRequests(inbox, {
      request_id: version,
      version,
      service: 'shop',
      duration_ms: ms,
      status_code: status,
    })
  }
  const page = await openPage(inbox, '/releases')
  const newer = page.locator('.release').nth(0)
  await reads(newer, /p95\s*300 ms\s*↑ from 100 ms/)
  await reads(newer, /Error rate\s*100 %\s*from 0 %/)
  expect(await textOf(page.locator('.release').nth(1))).not.toContain('from')
})
