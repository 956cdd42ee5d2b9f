import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { Log } from '../../src/wire/log.js'
import type { RequestEntry } from '../../src/wire/request-entry.js'
import { start } from '../support/run.js'

interface Route {
  readonly method: string
  readonly route: string
  readonly count: number
  readonly p50: number
  readonly p99: number
}

interface Group {
  readonly type: string
  readonly service: string
  readonly count: number
}

interface Clients {
  readonly reports: { readonly service: string; readonly dropped: Record<string, number> }[]
  readonly gateways: { readonly service: string; readonly records: number }[]
}

test('npm start shows a live shop in the inbox, and Ctrl-C ends it all', { timeout: 120_000 }, async () => {
  const run = start(['scripts/start.mjs', '--port', '0'])
  try {
    const url = await run.printed(/live shop: (http:\S+)/)
    const ask = async <T>(path: string) => (await (await fetch(`${url}/inbox/api/${path}`)).json()) as T

    const routes = await waitFor(async () => {
      const { routes } = await ask<{ routes: Route[] }>('requests')
      const seen = new Set(routes.map(({ method, route }) => `${method} ${route}`))
      const wanted = ['GET /orders/:id', 'POST /checkout/:id', 'GET /reports/:year', 'GET /invoices/:id']
      return wanted.every((route) => seen.has(route)) ? routes : undefined
    })
    expect(routes.every(({ p50, p99 }) => p50 > 0 && p99 >= p50)).toBe(true)
    expect(routes.some(({ route }) => route.includes('health'))).toBe(false)

    const { logs } = await ask<{ logs: Log[] }>('logs?service=shop')
    const written = logs.filter(({ message }) => message === 'order looked up')
    expect(written.length).toBeGreaterThan(0)
    expect(written.every(({ trace, request_id }) => trace?.trace_id && request_id)).toBe(true)

    // The whole number is looked for: random ids have any four digits of it now and then.
    const paying = await waitFor(async () => {
      const { logs } = await ask<{ logs: Log[] }>('logs?service=shop')
      return logs.find(({ message }) => message === 'paying')
    })
    expect(paying.metadata).toMatchObject({ card: expect.any(String) })
    expect(JSON.stringify([paying, ...logs])).not.toMatch(/4111.?1111/)

    // Customers go first, so that nothing is under way when we count.
    const counts = await waitFor(async () => {
      const { groups } = await ask<{ groups: Group[] }>('errors')
      const { requests } = await ask<{ requests: RequestEntry[] }>('requests?limit=50000')
      const failed = requests.filter(
        ({ route, status_code }) => route === '/checkout/:id' && status_code === 500,
      )
      const errors = groups.filter(({ type }) => type === 'CheckoutError')
      expect(errors.length).toBeLessThanOrEqual(1)
      // Rows and errors travel apart and held-back duplicates come later: once they agree, they agree.
      return failed.length > 0 && errors[0]?.count === failed.length ? { failed, errors } : undefined
    })
    expect(counts.errors[0]?.service).toBe('shop')

    // What the other views of the page show.
    await waitFor(async () => {
      const { heartbeats } = await ask<{ heartbeats: { token: string }[] }>('heartbeats')
      const tokens = heartbeats.map(({ token }) => token)
      return tokens.includes('nightly-report') && tokens.includes('stock-sync') ? tokens : undefined
    })
    const { releases } = await ask<{ releases: { version: string }[] }>('releases')
    expect(releases.at(-1)?.version).toBe('1.0.0')
    await waitFor(async () => {
      const { services } = await ask<{ services: { value: string }[] }>('facets')
      const names = services.map(({ value }) => value).sort()
      return names.join(' ') === 'jobs payments shop warehouse' ? names : undefined
    })

    // Each client reports what it drops, and the gateway reports its metrics.
    const { reports, gateways } = await ask<Clients>('clients')
    expect(reports.map(({ service }) => service).sort()).toEqual(['jobs', 'shop', 'warehouse'])
    expect(reports.find(({ service }) => service === 'jobs')?.dropped.min_level).toBeGreaterThan(0)
    expect(gateways.map(({ service }) => service)).toEqual(['gateway'])
    expect(gateways[0]?.records).toBeGreaterThan(0)

    expect(await run.stop('SIGINT')).toBe(0)
    expect(await isFree(Number(new URL(url).port))).toBe(true)
  } finally {
    run.child.kill('SIGKILL')
  }
})

async function waitFor<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error('It did not come')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => resolve(true))
  })
}
