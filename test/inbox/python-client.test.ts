import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { installClient, runCases } from './python/client.js'

const hasPython = spawnSync('python3', ['--version']).status === 0
const isNeeded = Boolean(process.env.CI)

if (!hasPython && !isNeeded)
  console.warn('python3 is not installed: the official Python client is not tried.')

it('finds python3 when the official client must be tested', () => {
  expect(hasPython || !isNeeded).toBe(true)
})

/** The inbox's counts for each case: logs, unless another kind is named. */
const CASES: readonly [name: string, counts: Record<string, number>][] = [
  ['levels', { logs: 6 }],
  ['per_log_options', { logs: 1 }],
  ['user_context', { logs: 2 }],
  ['after_clear_user', { logs: 1 }],
  ['breadcrumbs', { logs: 1 }],
  ['capture_exception', { logs: 1 }],
  ['error_object', { logs: 1 }],
  ['timer', { logs: 1 }],
  ['child', { logs: 2 }],
  ['heartbeat', { heartbeats: 2 }],
  ['feedback', { feedback: 1 }],
  ['release', { releases: 1 }],
  ['after_release', { logs: 1 }],
  ['redaction', { logs: 1 }],
  ['logging_bridge', { logs: 3 }],
  ['truncate', { logs: 1 }],
  ['context', { logs: 1 }],
  ['dedup', { logs: 2 }],
  ['request_entries', { requests: 1 }],
]

describe.skipIf(!hasPython)('the official Python client', () => {
  let inbox: Inbox
  let counted: Map<string, Record<string, number>>

  beforeAll(async () => {
    inbox = await startInbox()
    const root = resolve(import.meta.dirname, '../..')
    const python = await installClient(resolve(root, '.cache/python-client'))
    counted = await runCases(python, inbox)
  }, 300_000)

  afterAll(() => inbox?.close())

  it.each(CASES)('is accepted in the case %s', (name, counts) => {
    const expected = { logs: 0, requests: 0, heartbeats: 0, feedback: 0, releases: 0, ...counts }
    expect(counted.get(name)).toMatchObject({
      ...expected,
      rejected: 0,
      rejectedRequests: 0,
      unauthorized: 0,
    })
  })

  it('has held-back errors, which the inbox counts', () => {
    expect(inbox.errors().find((group) => group.type === 'T')).toMatchObject({ count: 3 })
  })
})
