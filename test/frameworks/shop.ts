import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import type { Log } from '../../src/wire/log.js'
import type { RequestEntry } from '../../src/wire/request-entry.js'
import { createProject, type Project, type ProjectOptions } from '../support/project.js'
import type { Run } from '../support/run.js'
import { until } from '../support/until.js'

const ROOT = resolve(import.meta.dirname, '../..')

/** The paths that every example shop answers, in the order we ask. */
const PATHS = [
  '/health',
  '/orders/7',
  '/orders/1001',
  '/checkout/7',
  '/invoices/8',
  '/admin',
  '/nowhere',
] as const

export interface ShopOptions extends ProjectOptions {
  /** Node's arguments. */
  readonly start: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly node?: string
  /** What has to be on stderr in the end. Default: nothing in particular. */
  readonly stderr?: (text: string) => void
  /** How this framework writes a parameter of a route. Default `:id`. */
  readonly parameter?: string
  /** No logger is bridged here: errors and rows only. */
  readonly withoutLogger?: true
  /** No spans, and so no trace ids. */
  readonly withoutTraces?: true
  /** Run once before the start. */
  readonly prepare?: (project: Project) => Promise<void>
}

/** The packages that an example asks for, our own left out. */
export function packagesOf(example: string): string[] {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'examples', example, 'package.json'), 'utf8'))
  return Object.keys(dependencies).filter((name) => !name.startsWith('@lognitor/'))
}

/** Those that no part of OpenTelemetry's SDK is among. */
export function withoutOpenTelemetry(packages: readonly string[]): string[] {
  const isSdk = /^@opentelemetry\/(?!api$)|^@fastify\/otel$/
  return packages.filter((name) => !isSdk.test(name))
}

/** Starts a shop, goes shopping once, and holds what arrived to what every framework promises. */
export function testShop(name: string, options: ShopOptions): void {
  const {
    parameter = ':id',
    withoutLogger = false,
    withoutTraces = false,
    prepare,
    start,
    env,
    node,
  } = options
  let inbox: Inbox
  let project: Project
  let program: Run
  let logs: readonly Log[]
  let entries: readonly RequestEntry[]

  beforeAll(async () => {
    inbox = await startInbox({ port: 0 })
    project = createProject(options)
    await prepare?.(project)
    program = project.start(start, {
      ...(node && { node }),
      env: {
        PORT: '0',
        LOGNITOR_API_KEY: 'test-key',
        LOGNITOR_API_URL: inbox.apiUrl,
        LOGNITOR_FLUSH_INTERVAL: '20',
        ...env,
      },
    })
    const address = await program.printed(/listening on (http:\S+)/)
    for (const path of PATHS) {
      const answer = await fetch(address + path, { headers: { 'x-user': 'ada' } })
      await answer.text()
    }
    const isThere = () => inbox.requests().length >= 6 && inbox.logs().filter(isError).length >= 2
    await until(isThere, 'rows and errors arrive').catch((error: unknown) => {
      throw new Error(`${error}\n${JSON.stringify([inbox.requests(), inbox.logs()])}\n${program.stderr()}`)
    })
    // What would come twice comes with the same batch or the next one: the end sends all there is.
    await program.stop()
    logs = inbox.logs()
    // Batches may overtake each other.
    entries = inbox.requests().sort((a, b) => a.timestamp.localeCompare(b.timestamp))
  })

  afterAll(async () => {
    program?.child.kill('SIGKILL')
    project?.remove()
    await inbox?.close()
  })

  const rowOf = (path: string) => entries.find((entry) => entry.path === path)
  const errorsOf = (path: string) =>
    logs.filter((log) => isError(log) && log.request_id === rowOf(path)?.request_id)

  test(`${name}: each request is one row with its route, ignored ones none`, () => {
    const seen = entries.map(({ path, status_code, route }) => [path, status_code, route])
    expect(seen).toEqual([
      ['/orders/7', 200, `/orders/${parameter}`],
      ['/orders/1001', 404, `/orders/${parameter}`],
      ['/checkout/7', 500, `/checkout/${parameter}`],
      ['/invoices/8', 500, `/invoices/${parameter}`],
      ['/admin', 403, '/admin'],
      ['/nowhere', 404, undefined],
    ])
    expect(new Set(entries.map((entry) => entry.request_id)).size).toBe(entries.length)
  })

  for (const [how, path, type, message] of [
    ['throws', '/checkout/7', 'CheckoutError', 'card declined for order 7'],
    ['rejects', '/invoices/8', 'RangeError', 'invoice 8 has no total'],
  ] as const) {
    test(`${name}: a handler that ${how} is one error with its stack, request and user`, () => {
      const errors = errorsOf(path)
      expect(errors).toHaveLength(1)
      const [error] = errors
      expect(error).toMatchObject({
        level: 'error',
        message,
        error: { type, message },
        request: { method: 'GET', path },
        user: { id: 'ada' },
      })
      expect(error?.error?.stack).toMatch(new RegExp(`^${type}: ${message}\n    at `))
      expect(error?.error?.filename).toContain(project.folder)
      expect(error?.fingerprint).toMatch(/^[0-9a-f]{64}$/)
      if (!withoutTraces) expect(error?.trace?.trace_id).toMatch(/^[0-9a-f]{32}$/)
    })
  }

  test(`${name}: what was answered with a 4xx is no error`, () => {
    expect(
      logs
        .filter(isError)
        .map((log) => log.error?.message ?? log)
        .sort(),
    ).toEqual(['card declined for order 7', 'invoice 8 has no total'])
  })

  const { stderr } = options
  if (stderr) test(`${name}: stderr says no more and no less than it should`, () => stderr(program.stderr()))

  if (withoutLogger) return

  test(`${name}: each line of the logger arrives once, with its request, trace and user`, () => {
    for (const [message, path] of [
      ['order looked up', '/orders/7'],
      ['paying', '/checkout/7'],
    ] as const) {
      const lines = logs.filter((log) => log.message === message)
      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatchObject({
        level: 'info',
        metadata: { orderId: '7' },
        request_id: rowOf(path)?.request_id,
        user: { id: 'ada' },
      })
      if (!withoutTraces) expect(lines[0]?.trace?.trace_id).toMatch(/^[0-9a-f]{32}$/)
    }
  })

  test(`${name}: a line before an error is among its breadcrumbs, and shares its trace`, () => {
    const paying = logs.find((log) => log.message === 'paying')
    const [error] = errorsOf('/checkout/7')
    const trail = error?.breadcrumbs?.map((crumb) => crumb.message)
    expect(trail?.[0]).toBe('GET /checkout/7')
    expect(trail?.at(-1)).toBe('paying')
    expect(error?.trace?.trace_id).toBe(paying?.trace?.trace_id)
  })
}

function isError({ level }: Log): boolean {
  return level === 'error' || level === 'fatal'
}

/** Zero code with the options that the examples set in code. */
export const ZERO_CODE = {
  start: ['--import', '@lognitor/opentelemetry/register'],
  env: { LOGNITOR_IGNORE_ROUTES: '/health', LOGNITOR_CAPTURE_USER: 'true', LOGNITOR_SERVICE: 'shop' },
} as const
