import { expect, test } from 'vitest'
import { until } from '../support.js'
import { openInbox, openPage, resize, shownLogs, textOf } from './browser.js'
import { ago, fill, sendLogs, TRACE } from './fill.js'

test('a new log appears at the top by itself', async () => {
  const inbox = await openInbox()
  const page = await openPage(inbox)
  await page.getByText('No logs yet').waitFor()
  await sendLogs(inbox, { message: 'first' })
  await page.getByText('first').waitFor()
  await sendLogs(inbox, { message: 'second' })
  await until(async () => (await shownLogs(page))[0] === 'second', 'the newest log is at the top')
})

test('a pause stops the list, counts new logs, and shows them afterwards', async () => {
  const inbox = await openInbox()
  await sendLogs(inbox, { message: 'before' })
  const page = await openPage(inbox)
  await page.getByText('before').waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  await sendLogs(inbox, { message: 'one' }, { message: 'two' })
  const more = page.getByRole('button', { name: '2 new logs' })
  await more.waitFor()
  expect(await shownLogs(page)).toEqual(['before'])
  await more.click()
  await until(async () => (await shownLogs(page)).join() === 'two,one,before', 'the list has all three')
})

test('a click on a value filters by it, and its chip is switched off and on without being deleted', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox)
  const row = page.getByRole('row').filter({ hasText: 'charging' })
  await row.getByRole('button', { name: 'bank' }).click()
  await until(async () => (await shownLogs(page)).length === 2, 'the logs of bank are shown')
  expect(new URL(page.url()).searchParams.get('service')).toBe('bank')
  const chip = page.getByRole('button', { name: 'service bank', exact: true })
  await chip.click()
  await until(async () => (await shownLogs(page)).length === 5, 'all logs are shown')
  expect(new URL(page.url()).searchParams.get('~service')).toBe('bank')
  await chip.click()
  await until(async () => (await shownLogs(page)).length === 2, 'the filter holds again')
  await page.getByRole('button', { name: 'Remove filter service bank' }).click()
  await until(async () => (await shownLogs(page)).length === 5, 'the filter is gone')
  expect(new URL(page.url()).search).toBe('')
})

test.each([
  ['level=warn', ['slow disk']],
  ['service=bank', ['slow disk', 'charging']],
  ['q=DISK', ['slow disk']],
  ['user=ada', ['PaymentError card declined', 'paying']],
  ['session=s1', ['paying']],
  ['request=r2', ['charging']],
  [`trace=${TRACE}`, ['PaymentError card declined', 'charging', 'paying']],
  ['tag=money', ['charging']],
  ['meta=order.id:17', ['PaymentError card declined', 'charging']],
  ['user=ada&level=info', ['paying']],
])('the address %s shows the matching logs only', async (search, messages) => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, `/?${search}`)
  await until(async () => (await shownLogs(page)).join() === messages.join(), messages.join())
  // Later logs must pass the filter as well.
  await sendLogs(inbox, { message: 'later' })
  await page.getByText(`${messages.length} log`).first().waitFor()
  expect(await shownLogs(page)).toEqual(messages)
})

test('typed text becomes a filter: a text, a name with a value, or a key of the metadata', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox)
  const field = page.getByRole('searchbox')
  for (const [typed, name, value] of [
    ['slow disk', 'q', 'slow disk'],
    ['user:ada', 'user', 'ada'],
    ['meta.order.id:17', 'meta', 'order.id:17'],
  ] as const) {
    await field.fill(typed)
    await field.press('Enter')
    await until(() => new URL(page.url()).searchParams.get(name) === value, `${name} is in the address`)
  }
  await page.goBack()
  await until(() => !new URL(page.url()).searchParams.has('meta'), 'the last filter is taken back')
})

test('the level switches show the logs of their levels only', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox)
  // The levels in the rows are buttons as well.
  const switches = page.getByRole('group', { name: 'Levels' })
  await switches.getByRole('button', { name: /^warn/ }).click()
  await switches.getByRole('button', { name: /^error/ }).click()
  await until(async () => (await shownLogs(page)).length === 2, 'warn and error are shown')
  expect(new URL(page.url()).searchParams.get('level')).toBe('warn,error')
})

test('a row opens to the whole log: stack with source, breadcrumbs, request, user and JSON', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox)
  await page.getByRole('row').filter({ hasText: 'card declined' }).locator('.c-message').click()
  const log = page.getByRole('complementary', { name: 'Log' })
  await log.getByText("throw new PaymentError('card declined')", { exact: true }).waitFor()
  const text = await textOf(log)
  for (const part of [
    'PaymentError',
    'charge',
    '/app/src/payment.ts:12:9',
    'cart is full',
    '/checkout/7',
    'ada',
    '"level": "error"',
  ])
    expect(text).toContain(part)
  // The application's own frames come first, and the others are folded.
  const stack = log.locator('.stack-frames')
  const own = await stack.locator('.frame:visible').allInnerTexts()
  expect(own.map((frame) => frame.split(' ')[0])).toEqual(['charge', 'checkout'])
  expect(await textOf(stack)).not.toContain('node_modules/express')
  await stack.getByText('2 calls of Node and of packages').click()
  expect(await textOf(stack)).toContain('node_modules/express')
  await page.keyboard.press('Escape')
  await log.waitFor({ state: 'detached' })
  expect(new URL(page.url()).search).toBe('')
})

test('a link to an opened log opens it, and a value in it filters', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/?log=3')
  const log = page.getByRole('complementary', { name: 'Log' })
  await log.getByRole('button', { name: 'money' }).click()
  await until(async () => (await shownLogs(page)).join() === 'charging', 'the tag filters')
})

test.each([
  ['error', 'level', 'error'],
  ['ada', 'user', 'ada'],
  ['17', 'meta', 'order.id:17'],
  ['/checkout/7', 'q', '/checkout/7'],
  ['PaymentError', 'q', 'PaymentError'],
])('a click on %s in an opened log filters by it', async (value, name, wanted) => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/?log=5')
  await page.getByRole('complementary').getByRole('button', { name: value, exact: true }).click()
  await until(() => new URL(page.url()).searchParams.get(name) === wanted, 'the filter is in the address')
})

test('a log is copied as JSON and as a prompt', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/?log=5')
  const copied = () => page.evaluate<string>('navigator.clipboard.readText()')
  await page.getByRole('button', { name: 'Copy JSON' }).click()
  await until(async () => (await copied()).startsWith('{'), 'JSON is copied')
  expect(JSON.parse(await copied())).toEqual(inbox.logs()[4])
  await page.getByRole('button', { name: 'Copy as prompt' }).click()
  await until(async () => (await copied()).startsWith('A error log of shop'), 'the text is copied')
  for (const part of ['PaymentError: card declined', 'payment.ts', 'cart is full', 'POST /checkout/7'])
    expect(await copied()).toContain(part)
})

test('fifty thousand logs can be scrolled through, and only those in sight exist as rows', {
  timeout: 180_000,
}, async () => {
  const inbox = await openInbox()
  const logs = Array.from({ length: 50_000 }, (_, index) => ({
    message: `log ${index}`,
    timestamp: ago(50_000 - index),
  }))
  await sendLogs(inbox, ...logs)
  const page = await openPage(inbox)
  await page.getByText('log 49999', { exact: true }).waitFor()
  const list = page.getByRole('grid')
  await expect.poll(() => list.getAttribute('aria-rowcount'), { timeout: 60_000 }).toBe('50001')
  for (const [share, message] of [
    [0.5, /^log 2\d{4}$/],
    [1, /^log 0$/],
  ] as const) {
    await list.evaluate((element, part) => {
      element.scrollTop = element.scrollHeight * part
    }, share)
    await expect.poll(async () => (await shownLogs(page)).some((text) => message.test(text))).toBe(true)
    expect((await shownLogs(page)).length).toBeLessThan(100)
  }
})

test('dragging across the volume chart shows that time only, and one click shows everything again', async () => {
  const inbox = await openInbox()
  await sendLogs(inbox, { message: 'old', timestamp: ago(600_000) }, { message: 'new', timestamp: ago(1000) })
  const page = await openPage(inbox)
  await page.getByText('old', { exact: true }).waitFor()
  const plot = page.locator('.chart .u-over').first()
  await plot.waitFor()
  const box = await plot.boundingBox()
  if (box === null) throw new Error('The chart is not there.')
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * 0.5, y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width - 1, y, { steps: 5 })
  await page.mouse.up()
  await until(async () => (await shownLogs(page)).join() === 'new', 'only the new log is shown')
  expect(new URL(page.url()).searchParams.has('from')).toBe(true)
  await page.getByRole('button', { name: 'Show all time again' }).click()
  await until(async () => (await shownLogs(page)).join() === 'new,old', 'both are shown')
})

test('columns are chosen in a menu, are in the address, and are there again at the next visit', async () => {
  const inbox = await openInbox()
  const order = { order: { id: 17 }, shelf: 'a,b' }
  await sendLogs(inbox, { message: 'one', service: 'shop', version: '2.1', user_id: 'ada', metadata: order })
  const page = await openPage(inbox)
  const headers = page.getByRole('columnheader')
  const names = () => headers.allInnerTexts()
  await expect.poll(names).toEqual(['Time', 'Level', 'Service', 'Message', 'Trace'])
  await page.getByLabel('Columns', { exact: true }).click()
  await page.getByRole('checkbox', { name: 'Service' }).uncheck()
  await page.getByRole('checkbox', { name: 'Version' }).check()
  await page.getByRole('checkbox', { name: 'shelf' }).check()
  await page.getByLabel('A key of the metadata as a column').fill('order.id')
  await page.keyboard.press('Enter')
  await expect.poll(names).toEqual(['Time', 'Level', 'Version', 'shelf', 'order.id', 'Message', 'Trace'])
  const cells = page.getByRole('gridcell')
  await expect
    .poll(async () => (await cells.allInnerTexts()).slice(2, 6))
    .toEqual(['2.1', 'a,b', '17', 'one'])
  await sendLogs(inbox, { message: 'two', metadata: { order: { id: 18 } } })
  await expect.poll(async () => (await cells.allInnerTexts()).slice(2, 6)).toEqual(['', '', '18', 'two'])
  await page.keyboard.press('Escape')
  await page.getByRole('checkbox', { name: 'Version' }).waitFor({ state: 'hidden' })
  await page.getByTitle('Filter by meta order.id:17').click()
  await until(async () => (await shownLogs(page)).join() === 'one', 'the filter holds')
  await page.goto(inbox.url)
  await expect.poll(names).toEqual(['Time', 'Level', 'Version', 'shelf', 'order.id', 'Message', 'Trace'])
  // In a narrower window the opened log takes the room of the columns.
  await resize(page, 1500, 800)
  await page.goto(`${inbox.url}/?log=1&columns=user`)
  await page.getByRole('button', { name: 'Show the column order.id' }).click()
  await expect.poll(names).toEqual(['Time', 'Level', 'User', 'order.id', 'Message'])
  await page.getByLabel('Columns', { exact: true }).click()
  await page.getByRole('button', { name: 'The usual columns' }).click()
  await expect.poll(names).toEqual(['Time', 'Level', 'Service', 'Message', 'Trace'])
  expect(new URL(page.url()).searchParams.has('columns')).toBe(false)
})
