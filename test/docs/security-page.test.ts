import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { OPTIONS } from '../../src/config/options.js'
import { GATEWAY_OPTIONS } from '../../src/gateway/gateway-options.js'
import { MAX_DEPTH } from '../../src/inbox/schema/footprint.js'
import { inboxSettings } from '../../src/inbox/settings.js'
import { scrubbedParams } from '../../src/policy/scrub-url.js'
import { PLAIN_LIMITS } from '../../src/translate/plain.js'
import * as wire from '../../src/wire/limits.js'
import { ROOT } from './blocks.js'

const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')

/** The number, or product of numbers, that a source file assigns to a name. */
function constant(file: string, name: string): number {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const [, written = ''] = new RegExp(`const ${name} = ([\\d_* ]+)\\n`).exec(source) ?? []
  return written.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1)
}

function longestMatch(file: string, name: string): number {
  const source = readFileSync(join(ROOT, file), 'utf8')
  return Number(new RegExp(`const ${name} = .*\\{1,(\\d+)\\}`).exec(source)?.[1])
}

const LIMITS: Readonly<Record<string, number>> = {
  'bytes of a log': wire.MAX_LOG_BYTES,
  'logs of a batch': wire.MAX_BATCH_LOGS,
  'request entries of a batch': wire.MAX_BATCH_REQUESTS,
  'bytes of a batch': wire.MAX_BATCH_BYTES,
  'logs in memory (`maxQueueSize`)': OPTIONS.maxQueueSize.fallback,
  'bytes in memory (`maxQueueBytes`)': OPTIONS.maxQueueBytes.fallback,
  'depth of a value': PLAIN_LIMITS.depth,
  'values in one structure': PLAIN_LIMITS.nodes,
  'bytes of a byte array': PLAIN_LIMITS.bytes,
  'attributes of a record or span': constant('src/translate/draft.ts', 'MAX_ATTRIBUTES'),
  'events of a span that are read': constant('src/translate/span.ts', 'MOST_SPAN_EVENTS'),
  'causes of an error': constant('src/translate/thrown.ts', 'MAX_CAUSES'),
  'depth of its causes': constant('src/translate/thrown.ts', 'MAX_CAUSE_DEPTH'),
  'bytes of a source file that is read for its lines': constant(
    'src/pipeline/source-context.ts',
    'MOST_FILE_BYTES',
  ),
  'breadcrumbs (`maxBreadcrumbs`)': OPTIONS.maxBreadcrumbs.fallback,
  'keys of a context': constant('src/scope/scope.ts', 'MAX_CONTEXT_KEYS'),
  tags: constant('src/scope/scope.ts', 'MAX_TAGS'),
  'calls kept before `init`': constant('src/client/default-client.ts', 'MOST_EARLY_CALLS'),
  'logs kept before `init`': constant('src/client/pre-init-buffer.ts', 'MOST_LOGS'),
  'characters of a request id that is accepted': longestMatch('instrumentation/request-ids.ts', 'REQUEST_ID'),
  'characters of a session id that is accepted': longestMatch('instrumentation/request-ids.ts', 'SESSION_ID'),
  'bytes of an answer that are read': constant('src/wire/limits.ts', 'MAX_ANSWER_BYTES'),
  'inbox: bytes of a body, decompressed': inboxSettings({}).maxBodyBytes,
  'inbox: depth of a log': MAX_DEPTH,
  'gateway: bytes of a body, decompressed': GATEWAY_OPTIONS.maxBodyBytes.fallback,
  'gateway: bytes of all bodies at one time': GATEWAY_OPTIONS.maxInFlightBytes.fallback,
  'gateway: requests at one time': GATEWAY_OPTIONS.maxInFlightRequests.fallback,
}

test('docs/security.md has the limits of the code', () => {
  const [, section = ''] = page.split('## Limits\n')
  const rows = [...section.matchAll(/^\| ([^|]+) \| (\d+) \|$/gm)]
  expect(Object.fromEntries(rows.map(([, name = '', value]) => [name, Number(value)]))).toEqual(LIMITS)
})

test('docs/security.md names every parameter that is scrubbed by default', () => {
  const [, section = ''] = page.split('## Scrubbing URLs\n')
  for (const name of scrubbedParams()) expect(section.toLowerCase()).toContain(`\`${name}\``)
})
