import type { IncomingMessage } from 'node:http'
import { isGatewayReport, parseGatewayReport } from '../data/gateway-reports.js'
import { parseReport } from '../data/reports.js'
import type { Store } from '../data/store.js'
import { parseJson, readText } from '../http/body.js'
import { type Reply, refusal } from '../http/reply.js'

const MAX_BYTES = 256 * 1024
const USUAL_NAME = 'gateway'

/** `POST /inbox/api/reports`: what a client says of itself, or the metrics of a gateway, named by `?gateway=`. */
export async function takeReport(request: IncomingMessage, store: Store, now: number): Promise<Reply> {
  const text = await readText(request, MAX_BYTES)
  if (typeof text !== 'string') return text
  if (isGatewayReport(text)) {
    const { searchParams } = new URL(request.url ?? '/', 'http://inbox')
    const report = parseGatewayReport(text, searchParams.get('gateway') || USUAL_NAME, now)
    if (typeof report === 'string') return refusal(400, report)
    store.addGatewayReport(report)
    return { status: 200, json: report }
  }
  const body = parseJson(text === '' ? 'null' : text)
  if ('status' in body) return body
  const report = parseReport(body.value, now)
  if (typeof report === 'string') return refusal(400, report)
  store.addReport(report)
  return { status: 200, json: report }
}
