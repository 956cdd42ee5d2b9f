import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openInbox, openPage, resize } from './browser.js'
import { fill, TRACE } from './fill.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Each view with data, and each without. */
const STATES = [
  '/',
  '/?service=shop&~user=ada&level=error,info',
  '/?log=5',
  '/?columns=user,session,version,tags,trace,request,meta.order.id,host',
  '/errors',
  '/errors?group=PaymentError%7Ccard%20declined',
  '/requests',
  '/requests?open=r1&seq=1',
  '/traces',
  `/traces?trace=${TRACE}`,
  '/monitors',
  '/releases',
  '/feedback',
  '/alerts',
  '/alerts?rule=2',
  '/health',
  '/faults',
]

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** The rules that colours can break. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']

async function violations(page: Page, rules: readonly string[] = TAGS): Promise<unknown[]> {
  // Evaluated outside of the page's policy, which allows no script but the inbox's.
  await page.evaluate(AXE)
  return page.evaluate<unknown[]>(
    `axe.run({ runOnly: ${JSON.stringify(rules)} }).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => html + failureSummary)]))`,
  )
}

async function settled(page: Page): Promise<void> {
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
  await page.waitForLoadState('load')
  await page.locator('main').locator('.panel, .empty, .preset').first().waitFor()
}

test.each(STATES)('axe finds nothing at %s, in light and dark colours', async (path) => {
  const inbox = await openInbox()
  await fill(inbox)
  if (path === '/faults') inbox.faults({ status: 503 })
  const page = await openPage(inbox, path, { colorScheme: 'light' })
  await settled(page)
  expect(await violations(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  // Colours that change slowly have their last value only when they have changed.
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))')
  expect(await violations(page, OF_COLOURS)).toEqual([])
  expect(await contentWiderThan(page, 1280)).toEqual([])
  await resize(page, 360, 740)
  await settled(page)
  expect(await contentWiderThan(page, 360), 'a window of 360 pixels needs no horizontal scrolling').toEqual(
    [],
  )
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
})

/** Elements that reach over the right edge of the window, whose width has to be this. */
async function contentWiderThan(page: Page, width: number): Promise<string[]> {
  expect(await page.evaluate('innerWidth')).toBe(width)
  // An element cut off by its own frame, such as a line with an ellipsis, causes no scrolling.
  return page.evaluate<string[]>(`
    [...document.querySelectorAll('body, main, main *')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .filter((element) => {
        for (let outer = element.parentElement; outer; outer = outer.parentElement)
          if (getComputedStyle(outer).overflowX !== 'visible' && outer.matches('main *')) return false
        return true
      })
      .map((element) => element.outerHTML.slice(0, 120))`)
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the list of keys and on empty views in ${colorScheme}`, async () => {
    const page = await openPage(await openInbox(), '/', { colorScheme })
    await page.getByText('No logs yet').waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    expect(await violations(page)).toEqual([])
  })
}

test('axe finds nothing in the open menus, and they fit into a narrow window', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox)
  await settled(page)
  // A window of 360 pixels has no room for the columns, and so no menu for them.
  for (const [name, width] of [
    ['Columns', 620],
    ['Data', 360],
  ] as const) {
    await page.getByLabel(name, { exact: true }).click()
    await page.locator('.menu-body :is(label, button)').first().waitFor()
    expect(await violations(page)).toEqual([])
    await resize(page, width, 740)
    const box = await page.locator('.menu[open] .menu-body').boundingBox()
    expect(box?.x).toBeGreaterThanOrEqual(0)
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width)
    await resize(page, 1280, 800)
    await page.keyboard.press('Escape')
  }
})

test('axe finds nothing when the views are named by icons only', async () => {
  const inbox = await openInbox()
  await fill(inbox)
  const page = await openPage(inbox, '/', { viewport: { width: 900, height: 800 } })
  await settled(page)
  await page.getByRole('link', { name: 'Requests' }).waitFor()
  expect(await violations(page)).toEqual([])
})

test('at 360 pixels the views are reached by a menu', async () => {
  const inbox = await openInbox()
  const page = await openPage(inbox, '/', { viewport: { width: 360, height: 740 } })
  await page.getByRole('button', { name: 'Logs' }).click()
  await page.getByRole('link', { name: 'Faults' }).click()
  await page.getByRole('button', { name: /^Down/ }).waitFor()
})

test('the colours follow the system until the user chooses, and the choice is kept', async () => {
  const inbox = await openInbox()
  const page = await openPage(inbox, '/', { colorScheme: 'dark' })
  const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
  const dark = await ground()
  await page.getByRole('button', { name: 'Colours: system' }).click()
  expect(await ground()).not.toBe(dark)
  await page.reload()
  await page.getByRole('button', { name: 'Colours: light' }).waitFor()
  expect(await ground()).not.toBe(dark)
})
