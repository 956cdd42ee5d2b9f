import * as zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { logsOf, openGateway } from './support.js'

type Pack = (bytes: Buffer) => Buffer

const { zstdCompressSync } = zlib as unknown as { zstdCompressSync?: Pack }

const BODY = Buffer.from(JSON.stringify(logsOf('packed')))
const PACKED: Readonly<Record<string, Pack>> = {
  gzip: zlib.gzipSync,
  'x-gzip': zlib.gzipSync,
  deflate: zlib.deflateSync,
  zlib: zlib.deflateSync,
  ...(zstdCompressSync && { zstd: zstdCompressSync }),
}

function post(url: string, encoding: string, body: Buffer): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
  return fetch(`${url}/v1/logs`, { method: 'POST', headers, body })
}

test.each(Object.entries(PACKED))('a body may be compressed with %s', async (encoding, pack) => {
  const { gateway, vendor } = await openGateway({ maxBodyBytes: 100_000 })
  expect((await post(gateway.url, encoding, pack(BODY))).status).toBe(200)
  expect(vendor.messages()).toEqual(['packed'])
  expect((await post(gateway.url, encoding, pack(BODY).subarray(0, -5))).status).toBe(400)
  expect((await post(gateway.url, encoding, BODY)).status).toBe(400)
  expect((await post(gateway.url, encoding, pack(Buffer.alloc(1_000_000)))).status).toBe(413)
})

test('a body in another encoding is refused, and the answer names the accepted ones', async () => {
  const { gateway } = await openGateway()
  const others = ['snappy', 'lz4', 'br', 'gzip, gzip', ...(zstdCompressSync ? [] : ['zstd'])]
  for (const encoding of others) {
    const answer = await post(gateway.url, encoding, BODY)
    expect(answer.status).toBe(415)
    const taken = Object.keys(PACKED).filter((name) => name !== 'x-gzip')
    expect(answer.headers.get('accept-encoding')).toBe(taken.join(', '))
  }
})
