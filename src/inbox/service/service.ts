import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from '../../common/clock.js'
import { SAMPLE_RATES_HEADER } from '../../wire/answer.js'
import type { Store } from '../data/store.js'
import { type JsonBody, readJson } from '../http/body.js'
import type { Handler } from '../http/listen.js'
import { type Reply, refusal, writeReply } from '../http/reply.js'
import type { InboxSettings } from '../settings.js'
import { clientCall } from './client-call.js'
import { ping, registerRelease, takeFeedback } from './companion.js'
import type { FaultSwitch, Faults } from './faults.js'
import { ingest } from './ingest.js'
import { ingestRequests } from './ingest-requests.js'

/** Simulates Lognitor below `/api/v1`: its calls, its keys, and its faults. `path` is the rest behind that prefix. */
export function createService(
  store: Store,
  faults: FaultSwitch,
  settings: Pick<InboxSettings, 'acceptsKey' | 'maxBodyBytes' | 'now'>,
): Handler {
  const calls = new Map<string, (body: JsonBody, hit: Faults) => Reply>([
    [INGEST, (body, hit) => ingest(store, body, () => faults.refusesLog(hit))],
    ['/ingest/requests', (body) => ingestRequests(store, body)],
    ['/feedback', (body) => takeFeedback(store, body)],
    ['/releases/register', (body) => registerRelease(store, body)],
  ])

  return async (request, response, path) => {
    const body = await readJson(request, settings.maxBodyBytes)
    const hit = faults.draw()
    const failure = failureOf(hit, path)
    if (Object.keys(hit).some((name) => name !== 'sampleRates')) store.totals.faulted++
    const reply = hit.reset === true ? undefined : (failure ?? serve(request, path, body, hit))
    if (path.startsWith(INGEST)) store.noteCall(clientCall(request, body, reply, settings.now()))
    if (reply === undefined) return cutOff(response)
    if (hit.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, hit.delayMs).unref())
    if (hit.reset === 'after') return cutOff(response)
    const { sampleRates } = faults.current()
    if (sampleRates !== undefined) response.setHeader(SAMPLE_RATES_HEADER, JSON.stringify(sampleRates))
    return writeReply(response, reply)
  }

  function serve(request: IncomingMessage, path: string, body: JsonBody | Reply, hit: Faults): Reply {
    const token = path.startsWith(HEARTBEAT) ? path.slice(HEARTBEAT.length) : undefined
    const take = calls.get(path)
    if (token === undefined && take === undefined) return refusal(404, 'Lognitor has no such address.')
    if (request.method !== 'POST') return refusal(405, 'This address takes POST only.', { allow: 'POST' })
    if (take === undefined) return ping(store, token ?? '')
    const refused = checkKey(request)
    if (refused !== undefined) return refused
    return 'status' in body ? body : take(body, hit)
  }

  function checkKey(request: IncomingMessage): Reply | undefined {
    const header = request.headers['x-api-key']
    const key = typeof header === 'string' ? header.trim() : ''
    if (key !== '' && settings.acceptsKey(key)) return undefined
    store.totals.unauthorized++
    return refusal(401, key === '' ? 'The header X-API-Key is missing.' : 'The API key is refused.')
  }
}

const INGEST = '/ingest'
const HEARTBEAT = '/heartbeat/'

/** The answer of a fault instead of the service's. A 422 for logs is given log by log, elsewhere. */
function failureOf(hit: Faults, path: string): Reply | undefined {
  const status = hit.status ?? (hit.retryAfter === undefined ? undefined : 429)
  if (status === undefined || (status === 422 && path === INGEST)) return undefined
  const headers = hit.retryAfter === undefined ? undefined : { 'retry-after': String(hit.retryAfter) }
  return refusal(status, 'A fault that is set answers this call.', headers)
}

function cutOff(response: ServerResponse): void {
  response.destroy()
}
