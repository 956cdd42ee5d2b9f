import { clearInterval, setInterval } from '../common/clock.js'
import { LognitorError } from '../config/errors.js'
import type { Feedback } from '../wire/companion.js'
import type { Log } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'
import { type Alert, Alerts } from './alerts/alerts.js'
import { createWebhook } from './alerts/webhook.js'
import { createApi } from './api/api.js'
import { Stream } from './api/stream.js'
import type { ErrorGroup } from './data/error-groups.js'
import type { Monitor } from './data/monitors.js'
import type { RegisteredRelease } from './data/releases.js'
import { Store } from './data/store.js'
import type { Totals } from './data/totals.js'
import { listen } from './http/listen.js'
import { page } from './http/page.js'
import { openJournal } from './keep/journal.js'
import { createRouter } from './router.js'
import { FaultSwitch, type Faults, parseFaults } from './service/faults.js'
import { createService } from './service/service.js'
import { type InboxOptions, inboxSettings } from './settings.js'

/** A running inbox. The lists it gives are its own data: read them, do not change them. */
export interface Inbox {
  /** Address of the page, such as `http://127.0.0.1:4777`. */
  readonly url: string
  /** The `apiUrl` for a client. */
  readonly apiUrl: string
  readonly port: number
  /** The logs as they came over the wire, the oldest first. */
  logs(): Log[]
  /** The request entries, the oldest first. */
  requests(): RequestEntry[]
  /** Error groups by fingerprint, the latest first. */
  errors(): ErrorGroup[]
  heartbeats(): Monitor[]
  /** Releases, the latest first. */
  releases(): RegisteredRelease[]
  feedback(): Feedback[]
  /** Alerts that fired, the latest first. */
  alerts(): Alert[]
  stats(): Totals
  /** Sets the faults that the inbox simulates; `{}` ends them. Gives the current faults, also without an argument. */
  faults(faults?: Faults): Faults
  /** Empties the inbox: logs, requests, totals, and remembered batches. Faults stay. */
  clear(): void
  /** Closes all connections and frees the port. May be called more than once. */
  close(): Promise<void>
}

/**
 * Starts an inbox on loopback that speaks Lognitor's wire contract, for tests and for development.
 * @throws LognitorError `LOGNITOR_BAD_OPTION`, `LOGNITOR_UNKNOWN_OPTION`, `LOGNITOR_ADDRESS_IN_USE`
 * @example
 * const inbox = await startInbox()
 * init({ apiKey: 'test', apiUrl: inbox.apiUrl })
 */
export async function startInbox(options: InboxOptions = {}): Promise<Inbox> {
  const settings = inboxSettings(options)
  const store = new Store(settings)
  const startedAt = settings.now()
  const stream = new Stream(
    () => ({ startedAt: new Date(startedAt).toISOString(), seq: store.logs.lastSeq }),
    store.logs,
  )
  const faults = new FaultSwitch(settings.now, settings.random, () => stream.tellChanged())
  const service = createService(store, faults, settings)
  const webhook = createWebhook()
  const alerts = new Alerts(
    settings.now,
    () => server.url,
    (alert) => {
      stream.tell({ kind: 'alert', alert })
      webhook.send(alerts.config.webhookUrl, alert)
    },
  )
  store.subscribe((change) => alerts.add(change))
  store.subscribe((change) => stream.tell(change))
  const journal = settings.data === undefined ? undefined : await openJournal(settings.data, store, settings)
  if (journal !== undefined) store.subscribe((change) => journal.add(change))
  const api = createApi({ store, faults, alerts, stream, now: settings.now, startedAt })
  const server = await listen(settings, createRouter({ service, api, page }))
  const alertTimer = setInterval(() => alerts.evaluate(), ALERT_EVERY_MS).unref()
  return {
    url: server.url,
    apiUrl: `${server.url}/api/v1`,
    port: server.port,
    logs: () => store.logs.values(),
    requests: () => store.requests.values(),
    errors: () => store.groups.list(settings.now()),
    heartbeats: () => store.monitors.list(settings.now()),
    releases: () => store.releases.list(),
    feedback: () => store.feedback.values(),
    alerts: () => alerts.list(),
    stats: () => ({ ...store.totals }),
    faults: (wanted) => {
      if (wanted !== undefined) setFaults(faults, wanted)
      return faults.current()
    },
    clear: () => store.clear(),
    close: () => {
      clearInterval(alertTimer)
      webhook.close()
      stream.close()
      // The journal is closed last, so that the data of the last connections is written too.
      return server.close().then(() => journal?.close())
    },
  }
}

const ALERT_EVERY_MS = 1000

function setFaults(faults: FaultSwitch, wanted: Faults): void {
  const parsed = parseFaults(wanted)
  if (typeof parsed === 'string') throw new LognitorError('LOGNITOR_BAD_OPTION', parsed)
  faults.set(parsed)
}
