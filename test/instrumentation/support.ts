import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { RequestEntryOptions } from '../../instrumentation/request-options.js'
import { RequestRecorder } from '../../instrumentation/request-recorder.js'
import { systemClock } from '../../src/common/clock.js'
import type { DropReason } from '../../src/diagnostics/drop-ledger.js'
import type { Scope } from '../../src/scope/scope.js'
import type { RequestEntry } from '../../src/wire/request-entry.js'
import { until } from '../support/until.js'

export { until } from '../support/until.js'

/** A request recorder and the request entries it has written. */
export interface WatchedRecorder {
  readonly recorder: RequestRecorder
  readonly entries: RequestEntry[]
  readonly scopes: Scope[]
  readonly drops: DropReason[]
  /** Resolves to the request entries once there are `count` of them. */
  waitForEntries(count: number): Promise<RequestEntry[]>
}

export function openRecorder(options: RequestEntryOptions = {}, breadcrumbs = true): WatchedRecorder {
  const entries: RequestEntry[] = []
  const scopes: Scope[] = []
  const drops: DropReason[] = []
  const pipeline = {
    request: (entry: RequestEntry, scope: Scope) => {
      entries.push(entry)
      scopes.push(scope)
    },
    clock: systemClock,
    ledger: { requestsWritten: 0, drop: (reason: DropReason) => void drops.push(reason) },
    settings: { breadcrumbs: { requests: breadcrumbs, outgoing: true, logs: true } },
  }
  const recorder = new RequestRecorder({ pipeline, end: async () => true }, options)
  recorder.open()
  return {
    recorder,
    entries,
    scopes,
    drops,
    waitForEntries: async (count) => {
      await until(() => entries.length >= count)
      return entries
    },
  }
}

export interface Served {
  readonly url: string
  readonly port: number
  readonly server: Server
  close(): Promise<void>
}

export async function serve(listener: RequestListener, server = createServer(listener)): Promise<Served> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Sends raw bytes and returns everything received until the answer contains `until`. */
export async function speak(port: number, words: string, until: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1')
      if (heard.includes(until)) resolve()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve())
    socket.write(words)
  })
  socket.destroy()
  return heard
}
