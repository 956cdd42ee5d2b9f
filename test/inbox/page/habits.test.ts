import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startInbox } from '../../../src/testing/index.js'
import { get, until } from '../support.js'
import { openInbox, openPage, reads, shownLogs } from './browser.js'
import { fill, sendLogs } from './fill.js'

const VIEWS = {
  l: 'Logs',
  e: 'Errors',
  r: 'Requests',
  t: 'Traces',
  m: 'Monitors',
  v: 'Releases',
  f: 'Feedback',
  a: 'Alerts',
  h: 'Health',
  x: 'Faults',
}

test('g and a letter goes to each view, and ? shows the keys', async () => {
  const inbox = await openInbox()
  const page = await openPage(inbox)
  for (const [key, title] of Object.entries(VIEWS)) {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
  }
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard' })
  await reads(help, 'Next row')
  await page.keyboard.press('Escape')
  await help.waitFor({ state: 'detached' })
})

test('j, k and the arrows move, Enter opens, Escape closes, / goes to the filter', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox)
  await until(async () => (await shownLogs(page)).length === 5, 'the logs are shown')
  const selected = page.locator('.log-line[aria-selected=true] .c-message')
  await page.keyboard.press('j')
  await reads(selected, 'slow disk')
  await page.keyboard.press('ArrowDown')
  await reads(selected, 'front page')
  await page.keyboard.press('k')
  await reads(selected, 'slow disk')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const log = page.getByRole('complementary', { name: 'Log' })
  await reads(log, 'front page')
  await page.keyboard.press('j')
  await reads(log, 'card declined')
  await page.keyboard.press('Escape')
  await log.waitFor({ state: 'detached' })
  await page.keyboard.press('/')
  await page.keyboard.type('disk')
  await page.keyboard.press('Enter')
  await until(async () => (await shownLogs(page)).join() === 'slow disk', 'the filter holds')
})

test('in a table of a view the keys move and open too', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/requests')
  const routes = page.getByRole('table', { name: 'Requests by route' })
  await routes.getByRole('row').nth(3).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await until(() => new URL(page.url()).searchParams.has('route'), 'the route is opened')
  await page.goto(`${inbox.url}/errors`)
  await page.getByRole('link', { name: 'PaymentError' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: 'One occurrence' }).waitFor()
})

test.each([
  ['/', 'node --import @lognitor/opentelemetry/register'],
  ['/errors', 'captureException'],
  ['/requests', 'node --import @lognitor/opentelemetry/register'],
  ['/traces', '@lognitor/opentelemetry/register'],
  ['/monitors', 'curl -X POST'],
  ['/releases', 'registerRelease'],
  ['/feedback', 'submitFeedback'],
  ['/health', 'LOGNITOR_API_URL'],
])('an empty %s shows the next step with a command to paste', async (path, line) => {
  const page = await openPage(await openInbox(), path)
  await reads(page.locator('.empty code').last(), line)
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toContain(line)
})

test('the page continues by itself after a restart of the inbox', { timeout: 120_000 }, async () => {
  const first = await startInbox()
  const page = await openPage(first)
  await sendLogs(first, { message: 'before' })
  await page.getByText('before').waitFor()
  await first.close()
  await reads(page.getByRole('status'), 'Connection lost')
  const second = await openInbox({ port: first.port })
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ timeout: 60_000 })
  await sendLogs(second, { message: 'after' })
  await until(async () => (await shownLogs(page)).join() === 'after', 'what the new inbox holds is shown')
})

test('the data of the inbox is there again after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-inbox-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const data = join(folder, 'inbox.ndjson')
  const first = await startInbox({ data })
  await fill(first)
  const before = first.logs()
  await first.close()
  const second = await openInbox({ data })
  expect(second.logs()).toEqual(before)
  expect(second.requests()).toHaveLength(3)
  expect(second.alerts()).toEqual([])
  const page = await openPage(second, '/errors')
  await page.getByRole('link', { name: 'PaymentError' }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('m')
  await reads(page.locator('.monitor'), 'nightly')
  await page.keyboard.press('g')
  await page.keyboard.press('f')
  await page.getByText('It broke when I paid.').waitFor()
})

test('the data is exported as NDJSON, and another inbox imports it', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox)
  await page.getByLabel('Data').click()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export as NDJSON' }).click()
  const file = await (await download).path()
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  expect(lines).toHaveLength(5 + 3 + 3 + 1 + 1)

  const other = await openInbox()
  const elsewhere = await openPage(other)
  await elsewhere.getByLabel('Data').click()
  const broken = `${file}.broken.ndjson`
  writeFileSync(broken, `${lines.join('\n')}\n{"kind":"log"\n`)
  await elsewhere.locator('input[type=file]').setInputFiles(broken)
  await elsewhere.getByText('13 lines imported, 1 refused. Line 14: Not valid JSON.').waitFor()
  await until(async () => (await shownLogs(elsewhere)).length === 5, 'the logs are shown')
  expect(other.logs()).toEqual(inbox.logs())
  expect((await get<{ releases: unknown[] }>(other, 'releases')).releases).toHaveLength(1)
})

test('the inbox is emptied from the page', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox)
  await until(async () => (await shownLogs(page)).length === 5, 'the logs are shown')
  await page.getByLabel('Data').click()
  await page.getByRole('button', { name: 'Empty the inbox' }).click()
  await page.getByText('No logs yet').waitFor()
  expect(inbox.logs()).toEqual([])
})
