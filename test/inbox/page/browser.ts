import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, onTestFinished } from 'vitest'
import { launchChromium } from '../../../scripts/lib/chromium.mjs'
import { type Inbox, startInbox } from '../../../src/testing/index.js'

let browser: Promise<Browser> | undefined

afterAll(async () => {
  await (await browser)?.close()
  browser = undefined
})

/** An inbox that ends with the test. */
export async function openInbox(options: Parameters<typeof startInbox>[0] = {}): Promise<Inbox> {
  const inbox = await startInbox(options)
  onTestFinished(() => inbox.close())
  return inbox
}

/**
 * The page in a Chromium, as a user sees it. The test fails when the page's own code throws, or does what its policy
 * forbids.
 * @param path what stands behind the inbox's address
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
    // What the network says of a connection that is cut is the browser's own.
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

/** The texts of all rows of the list of logs that exist at present. */
export function shownLogs(page: Page): Promise<string[]> {
  return page.locator('.log-line[role=row] .c-message').allInnerTexts()
}

/** What is to be read in a part of the page: hidden and folded texts are not. */
export async function textOf(part: Locator): Promise<string> {
  return (await part.allInnerTexts()).join('\n')
}

/** Waits until a part of the page can be read to say something. */
export async function reads(part: Locator, text: string | RegExp): Promise<void> {
  await part.filter({ hasText: text }).first().waitFor()
}
