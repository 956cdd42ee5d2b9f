import { request } from 'node:http'
import type { Alert } from './alerts.js'

/** Posts alerts one after the other. The address may change between them. */
export interface Webhook {
  send(url: string | undefined, alert: Alert): void
  close(): void
}

const MAX_WAITING = 100
const TIMEOUT_MS = 5000

/** Each alert is posted once: a receiver that fails or hangs loses only its own alerts. */
export function createWebhook(): Webhook {
  let waiting: { url: string; alert: Alert }[] = []
  let isSending = false
  return {
    send: (url, alert) => {
      if (url === undefined) return
      waiting = [...waiting, { url, alert }].slice(-MAX_WAITING)
      void drain()
    },
    close: () => {
      waiting = []
    },
  }

  async function drain(): Promise<void> {
    if (isSending) return
    isSending = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await post(next.url, next.alert)
    isSending = false
  }
}

/** Posts one alert. @returns the status of the answer, or the reason for a missing answer */
export function post(url: string, alert: Alert): Promise<number | string> {
  return new Promise((resolve) => {
    const body = Buffer.from(JSON.stringify(alert))
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const call = request(url, { method: 'POST', headers, agent: false, timeout: TIMEOUT_MS }, (response) => {
      resolve(response.statusCode ?? 0)
      response.on('error', () => {})
      response.resume()
    })
    call.on('socket', (socket) => socket.unref())
    call.on('timeout', () => call.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
    call.on('error', (error) => resolve(error.message))
    call.on('close', () => resolve('the connection was closed'))
    call.end(body)
  })
}
