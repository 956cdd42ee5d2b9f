import { expect, test } from 'vitest'
import { openInbox, openPage, reads, textOf } from './browser.js'

const MINUTE = 60_000

/** An inbox with a manual clock, so that a job can be late at once. */
async function withBeats(beats: readonly number[], nowAt: number) {
  const start = Date.now() - nowAt
  let time = start
  const inbox = await openInbox({ now: () => time })
  for (const beat of beats) {
    time = start + beat
    await fetch(`${inbox.apiUrl}/heartbeat/nightly`, { method: 'POST' })
  }
  time = start + nowAt
  return inbox
}

test('a job on time shows its interval and its last ping', async () => {
  const inbox = await withBeats([0, MINUTE, 2 * MINUTE, 3 * MINUTE], 3.5 * MINUTE)
  const page = await openPage(inbox, '/monitors')
  const monitor = page.locator('.monitor')
  await reads(monitor, 'on time')
  expect(await textOf(monitor)).toMatch(/nightly[\s\S]*every 1 min[\s\S]*3\d s ago/)
  await monitor.getByRole('img', { name: '4 pings, 0 missed beats' }).waitFor()
})

test('a missed ping between two others stays visible', async () => {
  const inbox = await withBeats([0, MINUTE, 2 * MINUTE, 4 * MINUTE, 5 * MINUTE], 5.1 * MINUTE)
  const page = await openPage(inbox, '/monitors')
  await page.getByRole('img', { name: '5 pings, 1 missed beat', exact: true }).waitFor()
  expect(await page.locator('.strip .missed').count()).toBe(1)
})

test('a job without a ping is late, and then missing', async () => {
  const late = await openPage(await withBeats([0, MINUTE, 2 * MINUTE], 4.5 * MINUTE), '/monitors')
  await reads(late.locator('.monitor'), 'late')
  const missing = await openPage(await withBeats([0, MINUTE, 2 * MINUTE], 9 * MINUTE), '/monitors')
  await reads(missing.locator('.monitor'), 'missing')
})

test('a monitor shows when its next ping is expected, its rhythm, and its last pings', async () => {
  const inbox = await withBeats([0, MINUTE, 2 * MINUTE, 4 * MINUTE, 5 * MINUTE], 5.25 * MINUTE)
  const page = await openPage(inbox, '/monitors')
  const monitor = page.locator('.monitor')
  await reads(monitor.locator('header'), /every 1 min, next in 4\d s/)
  await monitor
    .getByRole('img', { name: 'The last 4 intervals: usually 1 min, from on time to 1 min late' })
    .waitFor()
  expect(await monitor.locator('.rhythm .late').count()).toBe(1)
  const pings = monitor.getByRole('table', { name: 'The last pings of nightly' }).getByRole('row')
  expect((await pings.allInnerTexts()).map((row) => row.split('\t').slice(2))).toEqual([
    ['After', 'Missed before'],
    ['1 min', 'none'],
    ['2 min', '1 ping'],
    ['1 min', 'none'],
    ['1 min', 'none'],
    ['–', 'none'],
  ])
  const late = await openPage(await withBeats([0, MINUTE, 2 * MINUTE], 4.5 * MINUTE), '/monitors')
  await reads(late.locator('.monitor header'), /next was due 1.5 min ago/)
})

test('many monitors are closed until one is opened, and the address says which', async () => {
  const inbox = await openInbox()
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    await fetch(`${inbox.apiUrl}/heartbeat/${name}`, { method: 'POST' })
  const page = await openPage(inbox, '/monitors')
  await expect.poll(() => page.locator('.monitor').count()).toBe(5)
  expect(await page.getByRole('table').count()).toBe(0)
  await page.getByRole('link', { name: 'c', exact: true }).click()
  await page.getByRole('table', { name: 'The last pings of c' }).waitFor()
  expect(new URL(page.url()).searchParams.get('monitor')).toBe('c')
})
