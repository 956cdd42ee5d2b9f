import type { IncomingMessage } from 'node:http'
import type { Alert } from '../alerts/alerts.js'
import { isLoopbackUrl } from '../alerts/rule.js'
import { post } from '../alerts/webhook.js'
import { readJson } from '../http/body.js'
import { type Reply, refusal } from '../http/reply.js'
import { isObject } from '../schema/check.js'
import type { WebhookAnswer } from './shapes.js'

const MAX_BYTES = 16 * 1024

/** `POST /inbox/api/alerts/test`: posts a test alert to the address in `url`, and reports the result. */
export async function tryWebhook(request: IncomingMessage): Promise<Reply> {
  const body = await readJson(request, MAX_BYTES)
  if ('status' in body) return body
  const url = isObject(body.value) ? body.value.url : undefined
  if (!isLoopbackUrl(url)) return refusal(400, '"url" must be an http address on loopback.')
  const startedAt = performance.now()
  const result = await post(url, sample())
  const ms = Math.round(performance.now() - startedAt)
  const isAnswer = typeof result === 'number'
  const message = isAnswer ? `The address answered ${result}.` : `The address did not answer: ${result}.`
  return { status: 200, json: { status: isAnswer ? result : null, ms, message } satisfies WebhookAnswer }
}

function sample(): Alert {
  return {
    id: 0,
    alert_name: 'Test of the webhook',
    condition: 'new_error',
    threshold: 1,
    current_value: 1,
    time_window: '5m',
    fired_at: new Date().toISOString(),
    service: null,
    dashboard_url: '',
    status: 'firing',
    recovered_at: null,
  }
}
