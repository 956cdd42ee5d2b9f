import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { DEFAULT_RULES } from '../../../src/inbox/alerts/rule.js'
import { get, until } from '../support.js'
import { openInbox, openPage, reads } from './browser.js'
import { sendLogs } from './fill.js'

test('an alert that fires is shown at once, with a link to its cause', async () => {
  const inbox = await openInbox()
  const page = await openPage(inbox, '/alerts')
  await page.getByText('Nothing fires.').waitFor()
  await sendLogs(inbox, { level: 'error', service: 'shop', error: { type: 'E', message: 'm' } })
  const firing = page.getByRole('region', { name: 'Firing, 1' })
  await reads(firing, 'New error in shop')
  await reads(page.getByRole('navigation'), /Alerts\s*1/)
  await firing.getByRole('link', { name: 'Look' }).click()
  await page.getByRole('table', { name: 'Errors by group' }).waitFor()
})

test('each rule is a sentence, with the services in which the rule fires', async () => {
  const inbox = await openInbox()
  await fetch(`${inbox.url}/inbox/api/alerts`, {
    method: 'PUT',
    body: JSON.stringify({
      rules: [
        ...DEFAULT_RULES,
        { name: 'Bank', condition: '5xx_spike', threshold: 1, windowMs: 90_000, service: 'bank' },
      ],
    }),
  })
  const error = { type: 'E', message: 'm' }
  await sendLogs(
    inbox,
    { level: 'error', service: 'shop', error },
    { level: 'error', service: 'till', error },
  )
  const page = await openPage(inbox, '/alerts')
  const rules = page.getByRole('region', { name: 'Rules' }).getByRole('listitem')
  await expect
    .poll(() => rules.locator('p').allInnerTexts())
    .toEqual([
      'Fires at 50 errors in any service within 5 min.',
      'Fires when 10 % of the logs of any service are errors within 5 min.',
      'Fires at 1 log with “out of memory” in any service within 5 min.',
      'Fires at 1 new error in any service within 5 min.',
      'Fires at 20 failed requests in any service within 5 min.',
      'Fires when any service writes fewer than 1 log within 10 min.',
      'Fires at 1 failed request in bank within 1.5 min.',
    ])
  await reads(rules.nth(3), /firing in (shop|till)/)
  await reads(rules.nth(0), /1 of 50 in (shop|till)/)
  await reads(rules.nth(5), /1 log in (shop|till)/)
  await reads(page.getByRole('region', { name: 'Firing, 2' }), '1 new error in 5 min, limit 1')
})

test('a rule is changed within its sentence, added and removed, and applies once saved', async () => {
  const inbox = await openInbox()
  const page = await openPage(inbox, '/alerts')
  const rules = page.getByRole('region', { name: 'Rules' })
  await rules.getByRole('button', { name: 'Edit the rule Error spike' }).click()
  const form = rules.getByRole('form')
  await form.getByLabel('Limit').fill('2')
  await form.getByLabel('Unit of the window').selectOption('h')
  await form.getByRole('button', { name: 'Cancel' }).click()
  await reads(rules, 'Fires at 50 errors in any service within 5 min.')
  await rules.getByRole('button', { name: 'Edit the rule Error spike' }).click()
  expect(new URL(page.url()).searchParams.get('rule')).toBe('0')
  await page.reload()
  await form.getByLabel('Limit').fill('2')
  await form.getByLabel('Unit of the window').selectOption('h')
  await form.getByLabel('Service').fill('shop')
  await form.getByRole('button', { name: 'Save' }).click()
  await reads(rules, 'Fires at 2 errors in shop within 5 h.')
  await rules.getByRole('button', { name: 'Edit the rule No logs' }).click()
  await form.getByRole('button', { name: 'Remove the rule' }).click()
  await expect.poll(() => rules.getByRole('listitem').count()).toBe(5)
  await rules.getByRole('button', { name: 'Add a rule' }).click()
  await form.getByLabel('Kind').selectOption('log_contains')
  await form.getByLabel('Text').fill('declined')
  await form.getByLabel('Name').fill('Declined')
  await form.getByLabel('Limit').fill('1')
  await form.getByRole('button', { name: 'Save' }).click()
  await reads(rules, 'Fires at 1 log with “declined” in any service within 1 min.')
  const { config } = await get<{ config: { rules: unknown[] } }>(inbox, 'alerts')
  expect(config.rules[0]).toEqual({
    name: 'Error spike',
    condition: 'error_spike',
    threshold: 2,
    windowMs: 5 * 3_600_000,
    service: 'shop',
  })
  expect(config.rules[5]).toEqual({
    name: 'Declined',
    condition: 'log_contains',
    text: 'declined',
    threshold: 1,
    windowMs: 60_000,
  })
  await sendLogs(inbox, { message: 'card declined' })
  await reads(page.getByRole('region', { name: 'Firing, 1' }), 'Declined')
})

test('the page shows how close each rule is to firing', async () => {
  const inbox = await openInbox()
  await sendLogs(inbox, ...Array.from({ length: 25 }, () => ({ level: 'error', service: 'shop' })))
  const page = await openPage(inbox, '/alerts')
  await page.getByRole('meter', { name: 'Error spike in shop' }).waitFor()
  expect(await page.getByRole('meter', { name: 'Error spike in shop' }).getAttribute('aria-valuetext')).toBe(
    '25 of 50',
  )
})

test('a button tests the webhook and shows its answer', async () => {
  const got: string[] = []
  const receiver = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (piece: string) => got.push(piece))
    request.on('end', () => response.writeHead(204).end())
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void receiver.close())
  const { port } = receiver.address() as AddressInfo
  const inbox = await openInbox()
  const page = await openPage(inbox, '/alerts')
  const form = page.getByRole('form', { name: 'Webhook' })
  const address = form.getByLabel('Address of the webhook')
  await address.fill(`http://127.0.0.1:${port}/alert`)
  await form.getByRole('button', { name: 'Try it' }).click()
  await reads(form, 'The address answered 204.')
  expect(JSON.parse(got.join(''))).toMatchObject({ alert_name: 'Test of the webhook', status: 'firing' })
  await address.fill('http://example.com/alert')
  await form.getByRole('button', { name: 'Try it' }).click()
  await reads(form, '"url" must be an http address on loopback.')
  await address.fill('http://127.0.0.1:1/alert')
  await form.getByRole('button', { name: 'Try it' }).click()
  await reads(form, 'The address did not answer')
})

test('the page shows when each rule fired, also after it has recovered', async () => {
  let now = Date.now()
  const inbox = await openInbox({ now: () => now })
  await sendLogs(inbox, { level: 'error', service: 'shop', error: { type: 'E', message: 'm' } })
  await until(() => inbox.alerts().length > 0, 'it has fired')
  now += 400_000
  await until(() => inbox.alerts().some(({ status }) => status === 'recovered'), 'it has recovered')
  const page = await openPage(inbox, '/alerts')
  const history = page.getByRole('region', { name: 'History' })
  await reads(history.getByRole('listitem'), 'New error in shop')
  expect(await history.getByRole('img', { name: 'Fired 1 time' }).count()).toBe(1)
})
