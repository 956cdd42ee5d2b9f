import { RecentMap } from './recent-map.js'
import { cut, shortKey } from './short-key.js'

/** One call of a client and its answer. */
export interface ClientCall {
  readonly service: string
  readonly userAgent: string
  readonly hostname: string | undefined
  readonly sdk: string | undefined
  readonly version: string | undefined
  readonly batchId: string | undefined
  /** Number of logs and request entries in the call. */
  readonly entries: number
  readonly bytes: number
  /** Status of the answer; zero for a connection that the inbox cut. */
  readonly status: number
  /** Entries that a 422 rejected one by one. */
  readonly rejected: number
  /** Errors that the client held back as duplicates and reported in a summary. */
  readonly heldBack: number
  /** Age of the oldest entry on arrival, in milliseconds. */
  readonly waitedMs: number | undefined
}

/** One client: a service with its user agent. */
export interface Client {
  service: string
  userAgent: string
  sdk: string | null
  version: string | null
  hostnames: string[]
  /** ISO 8601, by the inbox's clock. */
  firstCall: string
  lastCall: string
  calls: number
  entries: number
  bytes: number
  /** Calls with a batch id that had come before. */
  retries: number
  rejected: number
  heldBack: number
  /** Number of calls by status; `0` for a connection that the inbox cut. */
  statuses: Record<string, number>
  /** Age of the oldest entry in each of the last sixty calls, in milliseconds. */
  waits: number[]
}

interface Held extends Client {
  readonly batches: RecentMap<true>
}

const MAX_CLIENTS = 200
const MAX_HOSTNAMES = 10
const MAX_STATUSES = 50
const MAX_BATCHES = 500
const KEPT_WAITS = 60

/** The clients that have called, with the results of their calls. */
export class Clients {
  readonly #clients = new RecentMap<Held>(MAX_CLIENTS)

  add(call: ClientCall, now: number): void {
    const key = shortKey(JSON.stringify([call.service, call.userAgent]))
    const client = this.#clients.get(key) ?? open(call, now)
    client.lastCall = new Date(now).toISOString()
    client.calls++
    client.bytes += call.bytes
    client.entries += call.entries
    client.rejected += call.rejected
    client.heldBack += call.heldBack
    client.sdk = call.sdk === undefined ? client.sdk : cut(call.sdk, 200)
    client.version = call.version === undefined ? client.version : cut(call.version, 200)
    if (call.waitedMs !== undefined) client.waits = [...client.waits, call.waitedMs].slice(-KEPT_WAITS)
    countStatus(client, String(call.status))
    addHostname(client, call.hostname)
    countRetry(client, call.batchId)
    this.#clients.set(key, client)
  }

  /** All clients, the latest caller first. */
  list(): Client[] {
    return this.#clients
      .values()
      .reverse()
      .map(({ batches, ...client }) => client)
  }

  clear(): void {
    this.#clients.clear()
  }
}

function open(call: ClientCall, now: number): Held {
  return {
    service: cut(call.service, 200),
    userAgent: cut(call.userAgent, 200),
    sdk: null,
    version: null,
    hostnames: [],
    firstCall: new Date(now).toISOString(),
    lastCall: new Date(now).toISOString(),
    calls: 0,
    entries: 0,
    bytes: 0,
    retries: 0,
    rejected: 0,
    heldBack: 0,
    statuses: {},
    waits: [],
    batches: new RecentMap(MAX_BATCHES),
  }
}

function countStatus(client: Held, status: string): void {
  if (client.statuses[status] === undefined && Object.keys(client.statuses).length >= MAX_STATUSES) return
  client.statuses[status] = (client.statuses[status] ?? 0) + 1
}

function addHostname(client: Held, hostname: string | undefined): void {
  if (hostname === undefined || client.hostnames.length >= MAX_HOSTNAMES) return
  const name = cut(hostname, 200)
  if (!client.hostnames.includes(name)) client.hostnames.push(name)
}

function countRetry(client: Held, batchId: string | undefined): void {
  if (batchId === undefined) return
  const key = shortKey(batchId)
  if (client.batches.get(key) === true) client.retries++
  client.batches.set(key, true)
}
