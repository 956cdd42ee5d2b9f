import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type NameServer, startNameServer } from '../support/name-server.js'
import { startVendor, type Vendor } from '../support/vendor.js'
import { NODE_24, runApp } from './support.js'

let vendor: Vendor
let server: Server | undefined
let names: NameServer | undefined

afterEach(async () => {
  await vendor?.close()
  server?.close()
  names?.close()
  server = undefined
  names = undefined
})

const tls = join(import.meta.dirname, '../fixtures/tls')

describe('the exit sender knows how much the service accepts at once', () => {
  test.each(['exit', 'throw', 'end'])('learnt before, with %s', async (way) => {
    vendor = await startVendor()
    vendor.answer(({ json }) => ({ status: json.logs.length > 15 ? 413 : 200 }))
    const { stdout } = await runApp('learns.cjs', [way], { apiUrl: vendor.apiUrl })
    expect(JSON.parse(stdout)).toMatchObject({ queued: 0, dropped: {} })
    const late = vendor.batches.filter(({ text }) => text.includes('"late '))
    expect(vendor.messages().filter((message) => message.startsWith('late'))).toHaveLength(60)
    // Only a batch of the size to which the limit has grown again is refused once more.
    expect(late.filter(({ json }) => json.logs.length > 25)).toEqual([])
  })

  test('learnt in the exit itself: a batch that is too large is halved', async () => {
    vendor = await startVendor()
    vendor.answer(({ json }) => ({ status: json.logs.length > 15 ? 413 : 200 }))
    const { stdout } = await runApp('ends.cjs', ['exit 0'], {
      apiUrl: vendor.apiUrl,
      env: { PRINT_STATS: '1', LOGS: '300' },
    })
    expect(JSON.parse(stdout)).toMatchObject({ accepted: 300, queued: 0, dropped: {} })
    expect(new Set(vendor.messages()).size).toBe(300)
    expect(vendor.messages()).toHaveLength(300)
    const ids = vendor.batches.map(({ json }) => json.batch_id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('the logs of a halved batch that are not accepted are counted', async () => {
    vendor = await startVendor()
    vendor.answer(({ json, text }) => {
      if (json.logs.length > 30) return { status: 413 }
      return { status: text.includes('"message":"log 49"') ? 503 : 200 }
    })
    const { stdout } = await runApp('ends.cjs', ['exit 0'], {
      apiUrl: vendor.apiUrl,
      env: { PRINT_STATS: '1' },
    })
    expect(JSON.parse(stdout)).toMatchObject({ accepted: 25, queued: 0, dropped: { exit: 25 } })
  })
})

test('for how long the service has asked to be left alone is known at the end, too', async () => {
  const askedMs = 2000
  const refused: number[] = []
  const early: number[] = []
  vendor = await startVendor()
  vendor.answer(({ text }) => {
    if (refused.length > 0 && performance.now() - (refused[0] as number) < askedMs) early.push(text.length)
    if (refused.push(performance.now()) > 1) return {}
    return { status: 429, headers: { 'retry-after': String(askedMs / 1000) } }
  })
  const { stdout } = await runApp('held-back.cjs', ['retry_after'], { apiUrl: vendor.apiUrl })
  expect(early).toEqual([])
  expect(JSON.parse(stdout)).toMatchObject({ accepted: 225, dropped: {} })
})

test('one batch that always fails does not keep the others from being delivered at the end', async () => {
  vendor = await startVendor()
  vendor.answer(({ text }) => ({ status: text.includes('"early 0"') ? 500 : 200 }))
  const { stdout } = await runApp('held-back.cjs', ['backoff'], { apiUrl: vendor.apiUrl })
  expect(vendor.messages().filter((message) => message.startsWith('late'))).toHaveLength(200)
  expect(JSON.parse(stdout)).toMatchObject({ accepted: 200, dropped: { exit: 25 } })
})

test('what the service may have taken goes there again at the end, though a transport of its own has come since', async () => {
  vendor = await startVendor()
  vendor.answer({ status: 503 }, {})
  const { stdout } = await runApp('held-back.cjs', ['backoff', 'own transport'], { apiUrl: vendor.apiUrl })
  expect(vendor.messages()).toEqual(Array.from({ length: 25 }, (_, n) => `early ${n}`))
  expect(JSON.parse(stdout)).toMatchObject({ accepted: 25, dropped: { exit: 200 } })
})

describe('a host with two addresses of which only the IPv6 one answers', () => {
  test.each(['flush', 'exit'])('is reached (%s)', async (way) => {
    let arrived = 0
    server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      arrived += JSON.parse(body).logs.length
      response.end('{"accepted":50,"rejected":0,"errors":[]}')
    }).listen({ port: 0, host: '::1', ipv6Only: true })
    await once(server, 'listening')
    names = await startNameServer({
      'both.example': { A: [127, 0, 0, 1], AAAA: [...Array.from({ length: 15 }, () => 0), 1] },
    })
    const apiUrl = `http://both.example:${(server.address() as AddressInfo).port}/api/v1`
    await runApp('names.cjs', [way], { apiUrl, env: { NAME_SERVER: names.address } })
    expect(arrived).toBe(50)
  })
})

test('certificates that the process was told to trust are trusted at the end', async () => {
  vendor = await startVendor({
    key: readFileSync(join(tls, 'key.pem')),
    cert: readFileSync(join(tls, 'cert.pem')),
  })
  const apiUrl = vendor.apiUrl.replace('127.0.0.1', 'localhost')
  const env = { CERTIFICATE: join(tls, 'cert.pem') }
  const { stdout } = await runApp('trusts.cjs', [], { apiUrl, env, node: NODE_24 })
  expect(JSON.parse(stdout)).toMatchObject({ accepted: 50 })
})
