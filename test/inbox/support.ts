import type { Inbox } from '../../src/testing/index.js'

export { until } from '../support/until.js'

export interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

/** Sends a POST like a client, with a key by default. */
export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = { 'x-api-key': 'test-key' },
): Promise<Answer> {
  const payload = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  return answerOf(await fetch(url, { method: 'POST', body: payload, headers }))
}

/** Calls the inbox's own API, and parses the answer. */
export async function call(url: string, init?: RequestInit): Promise<Answer> {
  return answerOf(await fetch(url, init))
}

export async function get<T>(inbox: Inbox, path: string): Promise<T> {
  const response = await fetch(`${inbox.url}/inbox/api/${path}`)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

let batches = 0

/** A batch with a new id. */
export function batchOf(...logs: unknown[]): { batch_id: string; logs: unknown[] } {
  batches++
  return { batch_id: `batch-${batches}`, logs }
}

export function logWith(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { level: 'info', message: 'hello', timestamp: '2026-11-23T10:00:00.000Z', ...fields }
}

export function requestWith(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    method: 'GET',
    path: '/orders/1',
    route: '/orders/:id',
    status_code: 200,
    duration_ms: 12.5,
    request_id: `req-${Math.random()}`,
    timestamp: '2026-11-23T10:00:00.000Z',
    service: 'shop',
    ...fields,
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  }
}
