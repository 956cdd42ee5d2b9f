import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { launchChromium } from '../../../scripts/lib/chromium.mjs'
import { type Inbox, startInbox } from '../../../src/testing/index.js'

/** One for all files that this process runs. It ends with the process, whose end closes its pipe. */
let browser: Promise<Browser> | undefined

/** An inbox that ends with the test. */
export async function openInbox(options: Parameters<typeof startInbox>[0] = {}): Promise<Inbox> {
  const inbox = await startInbox(options)
  onTestFinished(() => inbox.close())
  return inbox
}

/**
 * Opens the page in Chromium. The test fails when the page's own code throws or violates its policy.
 * @param path the path behind the inbox's address
 */
export async function openPage(inbox: Inbox, path = '/', options: BrowserContextOptions = {}): Promise<Page> {
  browser ??= launchChromium()
  const context = await (await browser).newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  })
  const problems: string[] = []
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    // A message about a connection that was cut comes from the browser and not from the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(message.text())
  })
  onTestFinished(async () => {
    await context.close()
    if (problems.length > 0) throw new Error(`The page had problems:\n${problems.join('\n')}`)
  })
  await page.goto(inbox.url + path)
  return page
}

/** Gives the window this size, and waits until the page has followed: charts do so when the next frame is drawn. */
export async function resize(page: Page, width: number, height: number): Promise<void> {
  await page.setViewportSize({ width, height })
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
}

/** The texts of all rows of the list of logs that exist now. */
export function shownLogs(page: Page): Promise<string[]> {
  return page.locator('.log-line[role=row] .c-message').allInnerTexts()
}

/** The visible text of a part of the page, without hidden and folded text. */
export async function textOf(part: Locator): Promise<string> {
  return (await part.allInnerTexts()).join('\n')
}

/** Waits until a part of the page shows a text. */
export async function reads(part: Locator, text: string | RegExp): Promise<void> {
  await part.filter({ hasText: text }).first().waitFor()
}
