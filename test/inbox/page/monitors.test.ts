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
  expect(await textOf(monitor)).toMatch(/nightly[\s\S]*3\d s ago[\s\S]*every 1 min/)
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
