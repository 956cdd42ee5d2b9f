import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import type { Log } from '../../src/wire/log.js'
import { createProject, type ProjectOptions } from '../support/project.js'

const ROOT = resolve(import.meta.dirname, '../..')

/** The packages that an example asks for, our own left out. */
export function packagesOf(example: string): string[] {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'examples', example, 'package.json'), 'utf8'))
  return Object.keys(dependencies).filter((name) => !name.startsWith('@lognitor/'))
}

export const ZERO_CODE = ['--import', '@lognitor/opentelemetry/register', 'app.mjs']

export interface JobOptions extends ProjectOptions {
  /** Node's arguments. */
  readonly start?: readonly string[]
  readonly node?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end and gives the logs that arrived, in the order of their time. */
export async function runJob(inbox: Inbox, options: JobOptions): Promise<{ logs: Log[]; stderr: string }> {
  const { start = ['--import', './telemetry.mjs', 'app.mjs'], node, env } = options
  const project = createProject(options)
  try {
    const program = project.start(start, {
      ...(node && { node }),
      env: { LOGNITOR_API_KEY: 'test-key', LOGNITOR_API_URL: inbox.apiUrl, ...env },
    })
    const code = await program.ended
    if (code !== 0) throw new Error(`ended with ${code}: ${program.stderr()}`)
    // The inbox keeps the order of arrival, and one batch holds them all.
    return { logs: inbox.logs(), stderr: program.stderr() }
  } finally {
    project.remove()
  }
}

export interface Expected {
  readonly level: Log['level']
  readonly message: string
  readonly metadata?: Record<string, unknown>
  readonly error?: { readonly type: string; readonly message: string }
  /** Type and message of what the error names as its cause. */
  readonly cause?: readonly [string, string]
}

/** Runs an example, or the like of it, and holds what arrived to these lines, each exactly once. */
export function testJob(name: string, options: JobOptions, expected: readonly Expected[]): void {
  let inbox: Inbox
  let logs: Log[]

  beforeAll(async () => {
    inbox = await startInbox({ port: 0 })
    ;({ logs } = await runJob(inbox, options))
  })

  afterAll(() => inbox?.close())

  test(`${name}: each line arrives exactly once, with its level and fields`, () => {
    const seen = logs.map(({ level, message }) => [level, message])
    expect(seen).toEqual(expected.map(({ level, message }) => [level, message]))
    expected.forEach(({ metadata = {} }, index) => {
      expect(logs[index]?.metadata).toMatchObject(metadata)
    })
  })

  test(`${name}: an error keeps its type, message, stack and cause`, () => {
    expected.forEach(({ error, cause }, index) => {
      const log = logs[index]
      if (error === undefined) {
        expect(log?.error).toBeUndefined()
        return
      }
      expect(log?.error).toMatchObject(error)
      expect(log?.error?.stack).toContain(`${error.type}: ${error.message}\n    at `)
      expect(log?.error?.filename).toMatch(/app\.mjs$/)
      const [type, message] = cause ?? []
      if (type === undefined) return
      // One by one where the logger hands causes on, else as it printed them.
      const causes = log?.metadata?.['error.causes']
      if (causes !== undefined) expect(causes).toMatchObject([{ type, message }])
      else expect(log?.error?.stack).toContain(`[cause]: ${type}: ${message}\n`)
    })
  })

  test(`${name}: every line carries the trace it was written in`, () => {
    const traces = new Set(logs.map((log) => log.trace?.trace_id))
    expect(traces.size).toBe(1)
    expect([...traces][0]).toMatch(/^[0-9a-f]{32}$/)
  })
}
