import { expect, test } from 'vitest'
import { startInbox } from '../../../src/testing/index.js'
import { until } from '../support.js'
import { openInbox, openPage, reads, shownLogs, textOf } from './browser.js'
import { ago, fill, sendLogs } from './fill.js'

const NARROW = { viewport: { width: 360, height: 740 } }

test.each(['/?level=loud', '/errors?level=loud', '/requests?status=abc', '/traces?level=loud'])(
  'the address %s, which the inbox refuses, says why',
  async (path) => {
    const inbox = await openInbox()
    await fill(inbox)
    const page = await openPage(inbox, path)
    await reads(page.locator('.empty'), 'must be')
  },
)

test('with a slow network the page shows that it waits, and then what came, once', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/monitors')
  await page.route(/\/inbox\/api\/(?!stream)/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await route.continue().catch(() => {})
  })
  await page.getByRole('link', { name: 'Logs', exact: true }).click()
  await page.locator('.waiting').waitFor({ state: 'attached' })
  await sendLogs(inbox, { message: 'while it waits' })
  await until(async () => (await shownLogs(page)).length === 6, 'all six logs are shown')
  expect((await shownLogs(page)).filter((message) => message === 'while it waits')).toHaveLength(1)
})

test('what one tab does shows in the other, and a pause holds in its own tab only', async () => {
  const inbox = await openInbox()
  await sendLogs(inbox, { message: 'before' })
  const one = await openPage(inbox)
  const other = await openPage(inbox)
  await one.getByText('before').waitFor()
  await other.getByText('before').waitFor()
  await one.getByRole('button', { name: 'Pause' }).click()
  await sendLogs(inbox, { message: 'after' })
  await until(async () => (await shownLogs(other)).join() === 'after,before', 'the other tab goes on')
  await one.getByRole('button', { name: '1 new log' }).waitFor()
  expect(await shownLogs(one)).toEqual(['before'])
  await other.goto(`${inbox.url}/faults`)
  await other.getByRole('button', { name: /^Down/ }).click()
  await reads(one.getByRole('alert'), 'Down:')
})

test('without a server nothing on the page throws, and what was asked for is refused in words', async () => {
  const inbox = await startInbox()
  inbox.faults({ status: 503 })
  const page = await openPage(inbox, '/faults')
  const banner = page.getByRole('alert')
  await reads(banner, 'Down:')
  await inbox.close()
  await reads(page.getByRole('status'), 'Connection lost')
  await banner.getByRole('button', { name: 'Switch off' }).click()
  await reads(banner, /fetch/i)
  await page.getByRole('button', { name: /^Slow/ }).click()
  await reads(page.locator('main .bad'), /fetch/i)
  await page.getByLabel('Data').click()
  await page.getByRole('button', { name: 'Empty the inbox' }).click()
  await reads(page.locator('.menu-body'), /fetch/i)
})

test('logs of several services are in the order of time, and a late one stands where it arrives', async () => {
  const inbox = await openInbox()
  const page = await openPage(inbox)
  await sendLogs(inbox, { message: 'third', timestamp: ago(100) }, { message: 'first', timestamp: ago(3000) })
  await until(async () => (await shownLogs(page)).length === 2, 'two logs are shown')
  await sendLogs(inbox, { message: 'second', timestamp: ago(1500) })
  await until(
    async () => (await shownLogs(page)).join() === 'third,second,first',
    'the order is that of time',
  )
  await sendLogs(inbox, { message: 'an hour late', timestamp: ago(3_600_000) })
  await until(async () => (await shownLogs(page)).includes('an hour late'), 'the late log is shown')
  await page.reload()
  await until(async () => (await shownLogs(page)).join() === 'third,second,first,an hour late', 'it stays so')
})

test('the page is used with the keyboard alone in a window of 360 pixels', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/', NARROW)
  await until(async () => (await shownLogs(page)).length === 5, 'the logs are shown')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect(await page.evaluate('document.activeElement.id')).toBe('view')
  for (const key of ['j', 'j', 'j', 'Enter']) await page.keyboard.press(key)
  const log = page.getByRole('complementary', { name: 'Log' })
  await reads(log, 'card declined')
  // The opened log lies over the list, has the focus, and is scrolled by the arrows.
  const body = log.locator('.drawer-body')
  await until(
    () => body.evaluate((element) => element === element.ownerDocument.activeElement),
    'it has the focus',
  )
  await page.keyboard.press('ArrowDown')
  await until(() => body.evaluate((element) => element.scrollTop > 0), 'it is scrolled')
  await reads(log, 'card declined')
  await page.keyboard.press('Escape')
  await log.waitFor({ state: 'detached' })
  await page.keyboard.press('g')
  await page.keyboard.press('x')
  await page.getByRole('button', { name: /^Down/ }).focus()
  await page.keyboard.press('Space')
  await until(() => inbox.faults().status === 503, 'the fault is on')
})

test('behind the list of keys nothing moves, and single keys can be switched off for good', async () => {
  const inbox = await openInbox()
  const page = await openPage(inbox)
  await page.getByText('No logs yet').waitFor()
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard' })
  await help.waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('e')
  expect(new URL(page.url()).pathname).toBe('/')
  await help.getByRole('button', { name: 'Single keys' }).click()
  await page.keyboard.press('Escape')
  await help.waitFor({ state: 'detached' })
  await page.reload()
  await page.getByText('No logs yet').waitFor()
  for (const key of ['g', 'e', '?', '/', 'p']) await page.keyboard.press(key)
  expect(new URL(page.url()).pathname).toBe('/')
  expect(await help.count()).toBe(0)
  expect(await page.evaluate('document.activeElement === document.body')).toBe(true)
})

test('a click beside the menu closes it', async () => {
  const page = await openPage(await openInbox())
  await page.getByLabel('Data').click()
  const item = page.getByRole('button', { name: 'Empty the inbox' })
  await item.waitFor()
  await page.getByRole('heading', { level: 1 }).click()
  await item.waitFor({ state: 'hidden' })
})

test('the values at the cursor are said beside the chart', async () => {
  const inbox = await openInbox()
  await sendLogs(inbox, { message: 'one', level: 'warn' }, { message: 'two' })
  const page = await openPage(inbox)
  await page.getByText('two').waitFor()
  const plot = page.locator('.chart .u-over').first()
  const box = await plot.boundingBox()
  if (box === null) throw new Error('The chart is not there.')
  const tip = page.locator('.tip')
  // The logs are at the right end.
  for (
    let left = box.width - 2;
    left > box.width / 2 && (await tip.getByText('warn').count()) === 0;
    left -= 4
  )
    await page.mouse.move(box.x + left, box.y + 20)
  expect((await textOf(tip)).replace(/\s+/g, ' ')).toMatch(/warn 1 info 1$/)
})

test.each(['/?q=nothing', '/errors?service=none&from=1', '/requests?route=/none', '/requests?from=1&to=2'])(
  'filters that leave nothing at %s are removed by one click',
  async (path) => {
    const inbox = await openInbox()
    await fill(inbox)
    const page = await openPage(inbox, path)
    await page.getByText(/^No \w+ passes these filters/).waitFor()
    await page.getByRole('button', { name: 'Show everything' }).click()
    await page.locator('main').locator('.log-line .c-message, tbody tr').first().waitFor()
    expect(new URL(page.url()).search).toBe('')
  },
)

test('an error that is no longer held leads back to all errors', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/errors?group=gone')
  await page.getByRole('link', { name: 'All errors' }).click()
  await page.getByRole('table', { name: 'Errors by group' }).waitFor()
})

test('the axis of a time line has round times, and a long time is in minutes', async () => {
  const inbox = await openInbox()
  const trace = { trace_id: 'c'.repeat(32) }
  await sendLogs(
    inbox,
    { message: 'first', trace, timestamp: ago(528_000) },
    { message: 'last', trace, timestamp: ago(0) },
  )
  const page = await openPage(inbox, `/traces?trace=${trace.trace_id}`)
  await page.locator('.lane').first().waitFor()
  expect(await page.locator('.axis span').allInnerTexts()).toEqual(['0', '2 min', '4 min', '6 min', '8 min'])
})
