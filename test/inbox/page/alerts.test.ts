import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
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

test('the six kinds of rules are edited on the page, and apply once saved', async () => {
  const inbox = await openInbox()
  const page = await openPage(inbox, '/alerts')
  const form = page.getByRole('form', { name: 'Rules' })
  await expect.poll(() => form.getByRole('listitem').count()).toBe(6)
  await form.getByLabel('Limit of the rule Error spike').fill('2')
  await form.getByRole('button', { name: 'Remove the rule No logs' }).click()
  await form.getByRole('button', { name: 'Add a rule' }).click()
  const added = form.getByRole('listitem').nth(5)
  await added.getByLabel(/^Kind/).selectOption('log_contains')
  await added.getByLabel(/^Text/).fill('declined')
  await added.getByLabel(/^Name/).fill('Declined')
  await form.getByLabel('Limit of the rule Declined').fill('1')
  await form.getByRole('button', { name: 'Save' }).click()
  const rules = async () =>
    (await get<{ config: { rules: { name: string }[] } }>(inbox, 'alerts')).config.rules
  await until(async () => (await rules()).some(({ name }) => name === 'Declined'), 'it is saved')
  expect(await rules()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'Error spike', threshold: 2 }),
      { name: 'Declined', condition: 'log_contains', text: 'declined', threshold: 1, windowMs: 60_000 },
    ]),
  )
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
