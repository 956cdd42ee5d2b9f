import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing.js'
import { runPage } from './page.js'
import { batchOf, logWith, post, requestWith } from './support.js'

const EVIL =
  '"><img src=x onerror=alert(1)><script>alert(2)</script>\u2028</pre>{{alert(3)}}javascript:alert(4)'

let inbox: Inbox

beforeEach(async () => {
  inbox = await startInbox()
})
afterEach(() => inbox.close())

async function fill(): Promise<void> {
  const error = { type: EVIL, message: EVIL, stack: EVIL }
  const ids = {
    trace: { trace_id: EVIL, span_id: EVIL },
    request_id: EVIL,
    service: EVIL,
    user: { id: EVIL },
  }
  const metadata = { [EVIL]: EVIL }
  await post(
    `${inbox.apiUrl}/ingest`,
    batchOf(logWith({ level: 'error', message: EVIL, error, metadata, ...ids })),
  )
  const request = requestWith({ method: EVIL, path: EVIL, route: EVIL, service: EVIL, host: EVIL })
  await post(`${inbox.apiUrl}/ingest/requests`, { requests: [request] })
}

test('nothing that is stored becomes markup: the page makes texts of it, in elements of its own choice', async () => {
  await fill()
  const dom = await runPage(inbox.url)
  const texts = () => dom.texts.filter((text) => text.includes('<script>'))
  dom.openRows()
  expect([...dom.tags]).toEqual(expect.arrayContaining(['svg', 'b', 'button', 'pre']))
  // Of a message, a type, a stack, a path, a service, and of a whole log.
  expect(texts().length).toBeGreaterThan(5)
  expectAll(dom.tags, 'tr td b span div p pre button option li dt dd svg rect')
  expectAll(dom.attributes, 'title colspan tabindex aria-expanded aria-pressed type value class')
  expectAll(dom.properties, 'textContent className value closeDetail')
  expectAll(dom.methods, 'createElement createElementNS getElementById querySelector querySelectorAll')
})

/** All of them are among those that make nothing of a text but a text. */
function expectAll(found: ReadonlySet<string>, harmless: string): void {
  const ofDrawing = ['viewBox', 'x', 'y', 'width', 'height', 'opacity']
  expect(found.size).toBeGreaterThan(0)
  expect([...found].filter((name) => ![...harmless.split(' '), ...ofDrawing].includes(name))).toEqual([])
}

test.each([
  ['level', 'fatal'],
  ['service', 'shop'],
  ['trace', 'a'.repeat(32)],
])('its filter by %s holds for all three tables', async (name, value) => {
  const of = (word: string, service: string, level: 'error' | 'fatal', digit: string) => ({
    level,
    service,
    message: `${word} line`,
    request_id: word,
    trace: { trace_id: digit.repeat(32), span_id: digit.repeat(16) },
    error: { type: `${word} type`, message: 'failed' },
  })
  const logs = [of('wanted', 'shop', 'fatal', 'a'), of('other', 'till', 'error', 'b')]
  await post(`${inbox.apiUrl}/ingest`, batchOf(...logs.map((log) => logWith(log))))
  const requests = logs.map(({ service, request_id }) =>
    requestWith({ service, request_id, route: `/${request_id}` }),
  )
  await post(`${inbox.apiUrl}/ingest/requests`, { requests })
  const dom = await runPage(inbox.url, `?${name}=${value}`)
  const shows = (text: string) => dom.texts.some((shown) => shown.includes(text))
  expect(['wanted line', '/wanted', 'wanted type'].filter(shows)).toHaveLength(3)
  expect(dom.texts.filter((text) => text.includes('other'))).toEqual([])
})

test('an answer with what is stored is never a page, and the page says who may run scripts', async () => {
  await fill()
  for (const call of [
    'logs',
    'requests',
    'errors',
    'stats',
    `logs?q=${encodeURIComponent(EVIL)}`,
    `<script>`,
  ]) {
    const answer = await fetch(`${inbox.url}/inbox/api/${call}`)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  }
  const policy = (await fetch(inbox.url)).headers.get('content-security-policy')?.split('; ')
  expect(policy?.sort()).toEqual([
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "img-src 'self'",
    "require-trusted-types-for 'script'",
    "script-src 'self'",
    "style-src 'self'",
  ])
})
