import type { Inbox } from '../../../src/testing/index.js'
import { batchOf, logWith, post, requestWith } from '../support.js'

export const TRACE = 'a'.repeat(32)

/** The time this many milliseconds ago, as a log's timestamp. */
export function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString()
}

export async function sendLogs(inbox: Inbox, ...logs: Record<string, unknown>[]): Promise<void> {
  const withTime = logs.map((log) => logWith({ timestamp: ago(0), ...log }))
  for (let from = 0; from < withTime.length; from += 100) {
    await post(`${inbox.apiUrl}/ingest`, batchOf(...withTime.slice(from, from + 100)))
  }
}

export async function sendRequests(inbox: Inbox, ...requests: Record<string, unknown>[]): Promise<void> {
  const withTime = requests.map((request) => requestWith({ timestamp: ago(0), ...request }))
  await post(`${inbox.apiUrl}/ingest/requests`, { requests: withTime })
}

export const PAYMENT_ERROR = {
  type: 'PaymentError',
  message: 'card declined',
  stack: [
    'PaymentError: card declined',
    '    at charge (/app/src/payment.ts:12:9)',
    '    at Layer.handle (/app/node_modules/express/lib/router.js:95:5)',
    '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    '    at checkout (/app/src/checkout.ts:40:3)',
  ].join('\n'),
  filename: '/app/src/payment.ts',
  line_number: 12,
  context_line: "  throw new PaymentError('card declined')",
  pre_context: ['function charge(card) {', '  if (card.isFine) return'],
  post_context: ['}'],
}

/** One item of each kind: enough for every view to show something. */
export async function fill(inbox: Inbox): Promise<void> {
  const now = Date.now()
  const ago = (ms: number) => new Date(now - ms).toISOString()
  await post(`${inbox.apiUrl}/releases/register`, {
    version: '1.0.0',
    services: ['shop'],
    changelog: 'First.',
  })
  await sendRequests(
    inbox,
    {
      request_id: 'r1',
      status_code: 500,
      duration_ms: 90,
      route: '/checkout/:id',
      path: '/checkout/7',
      timestamp: ago(200),
    },
    {
      request_id: 'r2',
      service: 'bank',
      route: '/charge',
      path: '/charge',
      duration_ms: 40,
      timestamp: ago(180),
    },
    { request_id: 'r3', route: '/reports', path: '/reports', duration_ms: 900 },
  )
  const trace = { trace_id: TRACE, span_id: 'b'.repeat(16) }
  await sendLogs(
    inbox,
    { message: 'front page', level: 'debug', service: 'shop' },
    {
      message: 'paying',
      service: 'shop',
      request_id: 'r1',
      trace,
      user: { id: 'ada' },
      session_id: 's1',
      timestamp: ago(190),
    },
    {
      message: 'charging',
      service: 'bank',
      request_id: 'r2',
      trace,
      tags: ['money'],
      metadata: { order: { id: 17 } },
      timestamp: ago(170),
    },
    { message: 'slow disk', level: 'warn', service: 'bank' },
    {
      message: 'card declined',
      level: 'error',
      service: 'shop',
      version: '1.0.0',
      request_id: 'r1',
      trace,
      user: { id: 'ada' },
      error: PAYMENT_ERROR,
      request: { method: 'POST', path: '/checkout/7', status_code: 500 },
      breadcrumbs: [
        { type: 'http', category: 'http', message: 'GET /stock/7', level: 'info', timestamp: ago(3000) },
        { type: 'log', category: 'cart', message: 'cart is full', level: 'warn', timestamp: ago(1000) },
      ],
      metadata: { 'log.record.uid': 'event-1', order: { id: 17 } },
      timestamp: ago(100),
    },
  )
  for (let beat = 0; beat < 3; beat++) await post(`${inbox.apiUrl}/heartbeat/nightly`, '')
  await post(`${inbox.apiUrl}/feedback`, {
    event_id: 'event-1',
    comments: 'It broke when I paid.',
    name: 'Ada',
  })
}
