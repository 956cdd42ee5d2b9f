import type { IncomingMessage } from 'node:http'
import type { Alerts } from '../alerts/alerts.js'
import { parseAlertConfig } from '../alerts/rule.js'
import type { Store } from '../data/store.js'
import { readJson } from '../http/body.js'
import type { Handler } from '../http/listen.js'
import { type Reply, refusal, writeReply } from '../http/reply.js'
import { type FaultSwitch, parseFaults } from '../service/faults.js'
import { exportLines, importLines } from './ndjson.js'
import { parseQuery, type Query } from './query.js'
import { takeReport } from './reports.js'
import { viewLog, viewRequestRow, viewRequestRows, viewRows } from './rows.js'
import { viewCalls, viewErrorSeries, viewFacets, viewLatency, viewVolume } from './series.js'
import type { Stream } from './stream.js'
import { viewTimeline, viewTraces } from './timeline.js'
import { tryWebhook } from './try-webhook.js'
import { list, viewErrors, viewFeedback, viewLogs, viewRequests, viewStats } from './views.js'

/** What the calls below `/inbox/api` read and change. */
export interface ApiParts {
  readonly store: Store
  readonly faults: FaultSwitch
  readonly alerts: Alerts
  readonly stream: Stream
  readonly now: () => number
  readonly startedAt: number
}

const MAX_CALL_BYTES = 256 * 1024

/** Serves the calls below `/inbox/api`. `path` is the rest behind that prefix. */
export function createApi({ store, faults, alerts, stream, now, startedAt }: ApiParts): Handler {
  const views = new Map<string, (query: Query) => Reply | Promise<Reply>>([
    ['/logs', (query) => viewLogs(store, query)],
    ['/requests', (query) => viewRequests(store, query)],
    ['/rows', (query) => viewRows(store, query)],
    ['/request-rows', (query) => viewRequestRows(store, query)],
    ['/volume', (query) => viewVolume(store, query, now())],
    ['/latency', (query) => viewLatency(store, query, now())],
    ['/error-series', (query) => viewErrorSeries(store, query, now())],
    ['/facets', (query) => viewFacets(store, query)],
    ['/traces', (query) => viewTraces(store, query)],
    ['/timeline', (query) => viewTimeline(store, query)],
    [
      '/clients',
      () => ({
        status: 200,
        json: {
          clients: store.clients.list(),
          reports: store.reports.list(),
          gateways: store.gateways.list(),
        },
      }),
    ],
    ['/calls', (query) => viewCalls(store, query, faults.history(), now())],
    ['/export', () => exportLines(store, now())],
    ['/errors', (query) => viewErrors(store, query, now())],
    ['/heartbeats', (query) => list('heartbeats', store.monitors.list(now()).slice(0, query.limit), {})],
    ['/releases', (query) => list('releases', store.releases.list().slice(0, query.limit), {})],
    ['/feedback', (query) => viewFeedback(store, query, now())],
    ['/alerts', (query) => viewAlerts(query)],
    ['/stats', () => viewStats(store, startedAt)],
    ['/faults', () => ({ status: 200, json: faults.current() })],
  ])
  const changes = new Map<string, (request: IncomingMessage) => Promise<Reply> | Reply>([
    ['PUT /faults', (request) => change(request, parseFaults, (wanted) => faults.set(wanted))],
    ['PUT /alerts', (request) => change(request, parseAlertConfig, (wanted) => alerts.configure(wanted))],
    ['POST /alerts/test', tryWebhook],
    ['POST /reports', (request) => takeReport(request, store, now())],
    ['POST /import', (request) => importLines(store, request)],
    ['DELETE /data', clear],
  ])

  return async (request, response, path) => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
    const act = changes.get(`${method} ${path}`)
    if (act !== undefined) return writeReply(response, await act(request))
    const view = views.get(path) ?? oneAt(path)
    const isStream = path === '/stream'
    if (method !== 'GET') return writeReply(response, refuseMethod(path, view !== undefined || isStream))
    if (view === undefined && !isStream) return writeReply(response, refuseMethod(path, false))
    const query = parseQuery(new URL(request.url ?? '/', 'http://inbox').searchParams)
    if (typeof query === 'string') return writeReply(response, refusal(400, query))
    if (isStream) return stream.connect(request, response, query)
    return writeReply(response, (await view?.(query)) ?? refuseMethod(path, false))
  }

  function refuseMethod(path: string, isReadable: boolean): Reply {
    const allowed = ['PUT', 'POST', 'DELETE'].filter((method) => changes.has(`${method} ${path}`))
    if (isReadable) allowed.unshift('GET', 'HEAD')
    if (allowed.length === 0) return refusal(404, 'The inbox has no such API call.')
    return refusal(405, `This call takes ${allowed.join(', ')} only.`, { allow: allowed.join(', ') })
  }

  /** `GET /inbox/api/logs/12`, `/request-rows/12`: one log or request entry by its sequence number. */
  function oneAt(path: string): (() => Reply) | undefined {
    const [, name, place] = /^\/(logs|request-rows)\/(\d{1,15})$/.exec(path) ?? []
    if (name === undefined) return undefined
    return () => (name === 'logs' ? viewLog : viewRequestRow)(store, Number(place))
  }

  function viewAlerts({ limit }: Query): Reply {
    return list('alerts', alerts.list().slice(0, limit), { config: alerts.config, watched: alerts.watched() })
  }

  function clear(): Reply {
    store.clear()
    return { status: 200, json: { message: 'emptied' } }
  }
}

async function change<T extends object>(
  request: IncomingMessage,
  parse: (value: unknown) => T | string,
  apply: (wanted: T) => void,
): Promise<Reply> {
  const body = await readJson(request, MAX_CALL_BYTES)
  if ('status' in body) return body
  const wanted = parse(body.value)
  if (typeof wanted === 'string') return refusal(400, wanted)
  apply(wanted)
  return { status: 200, json: wanted }
}
