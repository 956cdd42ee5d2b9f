import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { INTENDED } from '../client/differences.js'
import { ROOT } from './blocks.js'

const page = readFileSync(join(ROOT, 'docs/parity.md'), 'utf8')
const capture = JSON.parse(
  readFileSync(join(ROOT, 'test/fixtures/official-sdk-capture.json'), 'utf8'),
) as object

/** The rows of the page's tables as cells, without the headings. */
const rows = page
  .split('\n')
  .filter(
    (line, n, lines) => line.startsWith('| ') && !/^\| ---/.test(line) && !/^\| ---/.test(lines[n + 1] ?? ''),
  )
  .map((line) => line.slice(2, -2).split(' | '))

const features = rows.filter((cells) => cells.length === 3)
const differences = rows.filter((cells) => cells.length === 2)

/** What the official client 1.0.3 exports and accepts. */
const OFFICIAL = [
  ...[
    'init',
    'log',
    'debug',
    'info',
    'warn',
    'error',
    'fatal',
    'capture_exception',
    'set_user',
    'clear_user',
  ],
  ...['set_context', 'set_tags', 'set_session', 'add_breadcrumb', 'add_integration', 'flush', 'shutdown'],
  ...['pause', 'resume', 'reconfigure', 'heartbeat', 'submit_feedback', 'register_release', 'child'],
  ...['start_timer', 'timed', 'send_request_logs', 'LognitorClient', 'LognitorConfig', 'UserContext'],
  ...['HttpTransport', 'MemoryTransport', 'LogHandler', 'HeartbeatHandle', 'TimerHandle'],
  ...['LognitorMiddleware', 'init_app', 'ignore_routes', 'capture_user'],
  ...[
    'api_key',
    'api_url',
    'service',
    'environment',
    'version',
    'release_id',
    'batch_size',
    'flush_interval',
  ],
  ...['max_retries', 'max_queue_size', 'enabled', 'min_level', 'auto_truncate', 'capture_caller_info'],
  ...['max_breadcrumbs', 'before_send', 'redact_patterns', 'scrub_url_params', 'transport', 'integrations'],
  ...[
    'metadata',
    'tags',
    'user',
    'request',
    'perf',
    'deploy',
    'trace',
    'action',
    'fingerprint',
    'session_id',
  ],
  ...['request_id', 'breadcrumbs', 'notify', 'notify_channels', 'source', 'device'],
]

test.each(OFFICIAL)('%s of the official client has a row', (name) => {
  const cells = features.map(([official = '']) => official)
  expect(cells.some((cell) => new RegExp(`\`[^\`]*\\b${name}\\b`).test(cell))).toBe(true)
})

describe('the test that a row names exists:', () => {
  test.each(features)('%s', (_official, _ours, proof = '') => {
    const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(proof) ?? []
    expect(existsSync(join(ROOT, file)), proof).toBe(true)
    expect(
      titles(file).some((known) => known.includes(title) && title !== ''),
      proof,
    ).toBe(true)
  })
})

test('the page lists the same differences as the capture test', () => {
  expect(differences).toEqual(INTENDED.map(({ name, reason }) => [name, reason]))
})

/** Lines that name a test; for the capture test, the cases of the capture. */
function titles(file: string): string[] {
  if (file === 'test/client/capture.test.ts') return Object.keys(capture)
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n')
  return lines.filter((line) =>
    /^\s*(?:(?:test|it)(?:\.\w+)*\(|\]\)\(|testShop\(|testJob\(|['"`])/.test(line),
  )
}
