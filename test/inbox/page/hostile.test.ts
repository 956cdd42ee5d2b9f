import { expect, test } from 'vitest'
import { post } from '../support.js'
import { openInbox, openPage, reads, textOf } from './browser.js'
import { ago, sendLogs, sendRequests } from './fill.js'

const MARKUP = '"><img src=x onerror=alert(1)><script>alert(2)</script></pre>{{alert(3)}}javascript:alert(4)'
const BIDI = '\u202egpj.exe\u2066\u200b'
const CONTROLS = 'bell\u0007 escape\u001b[31m null\u0000 del\u007f'
const EVIL = `${MARKUP}${BIDI}${CONTROLS}`

async function fillWithEvil() {
  const inbox = await openInbox()
  const log = {
    level: 'error',
    message: EVIL,
    service: EVIL,
    environment: EVIL,
    version: EVIL,
    hostname: EVIL,
    user: { id: EVIL, email: EVIL, [EVIL]: EVIL },
    session_id: EVIL,
    request_id: EVIL,
    action: EVIL,
    tags: [EVIL],
    metadata: { [EVIL]: EVIL, __proto__x: { constructor: EVIL }, 'log.record.uid': EVIL },
    error: {
      type: EVIL,
      message: EVIL,
      stack: `${EVIL}\n    at ${EVIL} (${EVIL}:1:1)`,
      filename: EVIL,
      context_line: EVIL,
    },
    request: { method: EVIL, path: EVIL, user_agent: EVIL },
    trace: { trace_id: EVIL, span_id: EVIL },
    breadcrumbs: [
      {
        type: EVIL,
        category: EVIL,
        message: EVIL,
        level: 'info',
        timestamp: ago(10),
        data: { [EVIL]: EVIL },
      },
    ],
    source: EVIL,
    _sdk: { name: EVIL, version: EVIL },
  }
  await sendLogs(inbox, log)
  await sendRequests(inbox, {
    method: EVIL,
    path: EVIL,
    route: EVIL,
    service: EVIL,
    host: EVIL,
    request_id: EVIL,
    user_agent: EVIL,
    status_code: 500,
  })
  await post(`${inbox.apiUrl}/releases/register`, {
    version: EVIL,
    branch: EVIL,
    changelog: EVIL,
    services: [EVIL],
    deploy_url: `javascript:${EVIL}`,
  })
  await post(`${inbox.apiUrl}/feedback`, {
    event_id: EVIL,
    comments: EVIL,
    name: EVIL,
    email: EVIL,
    url: `javascript:${EVIL}`,
  })
  await fetch(`${inbox.url}/inbox/api/alerts`, {
    method: 'PUT',
    body: JSON.stringify({
      rules: [
        {
          name: EVIL.slice(0, 200),
          condition: 'error_spike',
          threshold: 1,
          windowMs: 60_000,
          service: EVIL.slice(0, 200),
        },
      ],
    }),
  })
  return inbox
}

const id = encodeURIComponent(EVIL)
const VIEWS = [
  '/',
  `/?service=${id}&user=${id}&tag=${id}&q=${encodeURIComponent(MARKUP)}`,
  '/?log=1',
  '/errors',
  `/requests?open=${id}&seq=1`,
  '/traces',
  `/traces?trace=${id}`,
  '/releases',
  '/feedback',
  '/alerts',
  '/health',
]

test.each(VIEWS)(
  'markup, direction marks and controls in every field are shown as text at %s',
  async (path) => {
    const inbox = await fillWithEvil()
    const page = await openPage(inbox, path)
    let dialogs = 0
    page.on('dialog', (dialog) => {
      dialogs++
      void dialog.dismiss()
    })
    await reads(page.locator('main'), path === '/alerts' ? 'Rules' : 'onerror')
    expect(await page.locator('main img, main script, main iframe, main [onerror]').count()).toBe(0)
    expect(await page.locator('a[href^="javascript:"]').count()).toBe(0)
    const text = await textOf(page.locator('main'))
    expect(
      ['\u0000', '\u0007', '\u001b', '\u202e', '\u2066'].filter((unseen) => text.includes(unseen)),
    ).toEqual([])
    expect(dialogs).toBe(0)
  },
)

test('an error group with such texts opens too', async () => {
  const inbox = await fillWithEvil()
  const page = await openPage(inbox, '/errors')
  await page.locator('.group-type').click()
  await reads(page.getByRole('region', { name: 'One occurrence' }), 'onerror')
  expect(await page.locator('main img, main script').count()).toBe(0)
})

test('invisible characters are shown by their code', async () => {
  const inbox = await openInbox()
  await sendLogs(inbox, { message: 'a\u202eb\u0007c 👩‍🚀' })
  const page = await openPage(inbox)
  await reads(page.locator('.c-message'), 'aU+202Eb␇c 👩‍🚀')
})

test('a line of almost the largest accepted log opens in parts', async () => {
  const inbox = await openInbox()
  const line = 'x'.repeat(250_000)
  await sendLogs(inbox, { message: line })
  const page = await openPage(inbox)
  await page.locator('.log-line[role=row]').click()
  const more = page.getByRole('button', { name: 'Show more of 250,000 characters' })
  await more.click()
  await expect
    .poll(async () => (await textOf(page.getByRole('group', { name: 'Message' }))).length)
    .toBeGreaterThan(200_000)
})
