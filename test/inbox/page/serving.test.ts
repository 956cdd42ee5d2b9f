import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { openInbox, openPage } from './browser.js'

const POLICY = [
  "base-uri 'none'",
  "connect-src 'self'",
  "default-src 'none'",
  "font-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "img-src 'self'",
  "require-trusted-types-for 'script'",
  "script-src 'self'",
  "style-src 'self'",
]

test('every file of the page has the script policy, and the scripts are small', async () => {
  const inbox = await openInbox()
  const html = await (await fetch(inbox.url)).text()
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
  expect(files.length).toBeGreaterThan(2)
  let scriptBytes = 0
  for (const path of ['/', '/errors', ...files]) {
    const answer = await fetch(inbox.url + path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-security-policy')?.split('; ').sort()).toEqual(POLICY)
    if (path.endsWith('.js')) scriptBytes += gzipSync(await answer.text()).length
  }
  expect(scriptBytes).toBeGreaterThan(1000)
  expect(scriptBytes).toBeLessThan(150 * 1024)
})

test('the page calls no server but its own inbox', async () => {
  const inbox = await openInbox()
  const page = await openPage(inbox)
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).origin))
  for (const path of [
    '/',
    '/errors',
    '/requests',
    '/traces',
    '/monitors',
    '/releases',
    '/alerts',
    '/health',
    '/faults',
  ])
    await page.goto(inbox.url + path, { waitUntil: 'load' })
  expect(new Set(asked)).toEqual(new Set([inbox.url]))
})

test('other addresses are not found', async () => {
  const inbox = await openInbox()
  for (const path of ['/nowhere', '/assets/none.js', '/__proto__', '/constructor', '/index.html/..%2f'])
    expect((await fetch(inbox.url + path)).status).toBe(404)
  expect((await fetch(inbox.url, { method: 'POST' })).status).toBe(405)
})
