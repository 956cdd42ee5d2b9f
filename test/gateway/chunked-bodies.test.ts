import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Gateway } from '../../src/gateway/index.js'
import { logsOf, openGateway, sdkRecord, serialize } from './support.js'

interface Call {
  readonly key: string
  readonly line: string
  readonly isJson: boolean
  readonly isPacked: boolean
  /** Bytes of one write; 0 for a body with a Content-Length. */
  readonly pieceBytes: number
}

/** Sends one log record, as a chunked body or with a Content-Length. */
function send(gateway: Gateway, { key, line, isJson, isPacked, pieceBytes }: Call): Promise<number> {
  const plain = isJson
    ? Buffer.from(JSON.stringify(logsOf(line)))
    : serialize('protobuf', [sdkRecord({ body: line })])
  const body = isPacked ? gzipSync(plain) : plain
  return new Promise((resolve, reject) => {
    const headers: Record<string, string | number> = {
      'x-api-key': key,
      'content-type': isJson ? 'application/json' : 'application/x-protobuf',
      ...(isPacked && { 'content-encoding': 'gzip' }),
      ...(pieceBytes === 0 && { 'content-length': body.length }),
    }
    const call = request(`${gateway.url}/v1/logs`, { method: 'POST', headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    call.on('error', reject)
    const step = pieceBytes || body.length
    for (let at = 0; at < body.length; at += step) call.write(body.subarray(at, at + step))
    call.end()
  })
}

/** Every combination of encodings and lengths. The texts differ in length, so that no two bodies are equal. */
function callsOf(caller: number): Call[] {
  const calls: Call[] = []
  for (let n = 0; n < 24; n++) {
    calls.push({
      key: `key-${caller}`,
      line: `caller ${caller} call ${n} ${String.fromCharCode(97 + caller).repeat((n * 397 + caller * 53) % 4000)}`,
      isJson: n % 2 === 0,
      isPacked: n % 3 === 0,
      pieceBytes: n % 4 < 2 ? 0 : 1 + ((n * 101) % 700),
    })
  }
  return calls
}

test('chunked bodies and bodies with a length, sent together, keep to their own caller and key', async () => {
  const { gateway, vendor } = await openGateway({ passThroughKey: true })
  const callers = [0, 1, 2, 3, 4].map(callsOf)
  const statuses = await Promise.all(
    callers.map(async (calls) => {
      const answers: number[] = []
      for (const call of calls) answers.push(await send(gateway, call))
      return answers
    }),
  )
  expect(new Set(statuses.flat())).toEqual(new Set([200]))
  for (const [caller, calls] of callers.entries()) {
    const arrived = vendor.batches
      .filter(({ headers }) => headers['x-api-key'] === `key-${caller}`)
      .flatMap(({ json }) => json.logs.map(({ message }: { message: string }) => message))
    expect(arrived.sort()).toEqual(calls.map(({ line }) => line).sort())
  }
})

test('a chunked gzip body that grows beyond the limit is refused, and so is one that ends too soon', async () => {
  const { gateway, vendor } = await openGateway({ maxBodyBytes: 10_000 })
  const call = { key: 'key', isJson: true, isPacked: true, pieceBytes: 50 }
  expect(await send(gateway, { ...call, line: 'x'.repeat(20_000) })).toBe(413)
  expect(await send(gateway, { ...call, line: 'short' })).toBe(200)
  expect(vendor.messages()).toEqual(['short'])
  expect(gateway.stats()).toMatchObject({ inFlightRequests: 0, inFlightBytes: 0 })
})
