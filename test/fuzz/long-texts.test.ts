import { expect, test } from 'vitest'
import { RequestRecorder } from '../../instrumentation/request-recorder.js'
import { LognitorClient } from '../../src/client/client.js'
import { LognitorLogRecordExporter } from '../../src/otel/log-record-exporter.js'
import { handleFor } from '../../src/pipeline/registry.js'
import { MemoryTransport } from '../../src/testing/index.js'
import { serve, speak } from '../instrumentation/support.js'

/** Texts that a search pattern might scan again and again. */
const PIECES = [
  ...['a', '1', ' ', '1 ', '4111 ', '123-45-', 'a@', '@a.', '%25', '%E0%A4', '\\u0040', '"', '\\', '0x', '#'],
  ...['http://', '?a=', '&token=', ';', '[1,2,', 'Buffer[1,', 'QUJD', '550e8400-e29b-', 'Bearer ', 'é', '😀'],
  ...['\n    at ', '\n    at f (', 'Error: ', 'TypeError [X]: ', '  File "', ' {\n', ':1', '/', '\ud800'],
]
const million = (piece: string) => piece.repeat(Math.ceil(1_000_000 / piece.length))

function open() {
  const transport = new MemoryTransport()
  const client = new LognitorClient({
    redactPatterns: ['email', 'creditCard', 'ssn', 'bearer'],
    autoTruncate: true,
    captureUncaught: false,
    transport,
  })
  return { client, transport }
}

test.each(PIECES)('a million characters of %j pass every entry point', async (piece) => {
  const { client, transport } = open()
  const text = million(piece)
  const exporter = new LognitorLogRecordExporter({ client })
  const resource = { attributes: {} }
  const instrumentationScope = { name: '@opentelemetry/instrumentation-console' }
  const record = { hrTime: [1795428000, 0], severityNumber: 17, resource, instrumentationScope }
  const printed = `Error: failed\n    at f (a.js:1:1)${text}`
  const exception = { 'exception.type': 'E', 'exception.message': text, 'exception.stacktrace': text }
  client.error(text, { request: { url: `https://h/?${text}` } })
  client.captureException(Object.assign(new Error(text), { stack: `Error: failed\n${text}` }))
  exporter.export([{ ...record, body: printed, attributes: {} }] as never, () => {})
  exporter.export([{ ...record, body: 'kept', attributes: exception }] as never, () => {})
  await client.shutdown(30_000)
  expect(transport.logs).toHaveLength(4)
})

test('a request whose parts all have the greatest length that Node permits passes', async () => {
  const { client, transport } = open()
  const ignoreRoutes = [/^\/(?:ignored)/, `/${'/'.repeat(1_000_000)}x`]
  const recorder = new RequestRecorder(handleFor({ client }), {
    trustProxy: true,
    includeQuery: true,
    ignoreRoutes,
  })
  recorder.open()
  const { port, close } = await serve((_request, response) => response.end())
  const names = ['x-request-id', 'x-session-id', 'forwarded', 'x-forwarded-for', 'user-agent', 'cookie']
  for (const piece of PIECES.filter((text) => /^[\x21-\x7e]+$/.test(text))) {
    const long = piece.repeat(Math.floor(1800 / piece.length))
    const headers = names.map((name) => `${name}: ${long}\r\n`).join('')
    await speak(
      port,
      `GET /${long}?${long} HTTP/1.1\r\nHost: h\r\n${headers}Connection: close\r\n\r\n`,
      '\r\n\r\n',
    )
  }
  await recorder.end()
  await client.flush()
  await close()
  expect(transport.requests.length).toBeGreaterThan(15)
})
