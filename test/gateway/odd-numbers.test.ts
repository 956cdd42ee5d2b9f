import { expect, test } from 'vitest'
import { logsOf, openGateway, send, spansOf } from './support.js'

/** JSON in which each "@@" becomes a number that JavaScript cannot hold exactly. */
function withNumber(body: unknown, number: string): string {
  return JSON.stringify(body).replaceAll('"@@"', number)
}

const NUMBERS = [
  '1e999',
  '-1e999',
  '1e300',
  '1e19',
  '18446744073709551615',
  '99999999999999999999',
  '-1',
  '-0',
  '0.5',
  '1e-400',
]

const BODIES: Readonly<Record<string, [string, unknown]>> = {
  'the time of a log': ['/v1/logs', logsOf({ timeUnixNano: '@@' })],
  'the observed time of a log': ['/v1/logs', logsOf({ observedTimeUnixNano: '@@', timeUnixNano: 0 })],
  'a severity': ['/v1/logs', logsOf({ severityNumber: '@@' })],
  'a count of dropped attributes': ['/v1/logs', logsOf({ droppedAttributesCount: '@@' })],
  'an integer': ['/v1/logs', logsOf({ body: { intValue: '@@' } })],
  'a double': ['/v1/logs', logsOf({ body: { doubleValue: '@@' } })],
  'a status code': [
    '/v1/traces',
    spansOf({ kind: 2, attributes: [{ key: 'http.status_code', value: { intValue: '@@' } }] }),
  ],
  'the start of a span': ['/v1/traces', spansOf({ startTimeUnixNano: '@@' })],
  'the end of a span': ['/v1/traces', spansOf({ endTimeUnixNano: '@@' })],
  'the time of an event': ['/v1/traces', spansOf({ events: [{ name: 'exception', timeUnixNano: '@@' }] })],
  'the kind of a span': ['/v1/traces', spansOf({ kind: '@@' })],
}

test.each(Object.entries(BODIES))('%s that overflows gets a final answer', async (_what, [path, body]) => {
  const { gateway, vendor } = await openGateway()
  for (const number of NUMBERS) {
    const { status } = await send(gateway, path, withNumber(body, number))
    expect([200, 400]).toContain(status)
  }
  // An accepted log is legal: it has a time, and no number that JSON cannot express.
  for (const { json } of vendor.batches) {
    for (const { timestamp } of json.logs) expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT/)
  }
})
