import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { type Inbox, type InboxOptions, startInbox } from '../../src/testing/index.js'
import { batchOf, logWith, post, requestWith } from './support.js'

const open: Inbox[] = []

async function start(options: InboxOptions = {}): Promise<Inbox> {
  const inbox = await startInbox(options)
  open.push(inbox)
  return inbox
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((inbox) => inbox.close()))
})

describe('the API key', () => {
  it('is needed for everything but the heartbeat', async () => {
    const inbox = await start()
    for (const path of ['ingest', 'ingest/requests', 'feedback', 'releases/register']) {
      expect((await post(`${inbox.apiUrl}/${path}`, {}, {})).status).toBe(401)
      expect((await post(`${inbox.apiUrl}/${path}`, {}, { 'x-api-key': ' ' })).status).toBe(401)
    }
    expect(inbox.stats().unauthorized).toBe(8)
  })

  it('can be one of a list', async () => {
    const inbox = await start({ apiKeys: ['good'] })
    expect((await post(`${inbox.apiUrl}/ingest`, batchOf(logWith()), { 'x-api-key': 'bad' })).status).toBe(
      401,
    )
    expect((await post(`${inbox.apiUrl}/ingest`, batchOf(logWith()), { 'x-api-key': 'good' })).status).toBe(
      200,
    )
  })

  it('can be checked by a function, whose result may change', async () => {
    let isAccepted = false
    const inbox = await start({ apiKeys: () => isAccepted })
    const batch = batchOf(logWith())
    expect((await post(`${inbox.apiUrl}/ingest`, batch)).status).toBe(401)
    isAccepted = true
    expect((await post(`${inbox.apiUrl}/ingest`, batch)).status).toBe(200)
  })
})

describe('limits', () => {
  it('refuse a body over the limit with 413, with or without a declared length', async () => {
    const inbox = await start({ maxBodyBytes: 1000 })
    const large = batchOf(logWith({ message: 'x'.repeat(2000) }))
    expect((await post(`${inbox.apiUrl}/ingest`, large)).status).toBe(413)
    const streamed = await fetch(`${inbox.apiUrl}/ingest`, {
      method: 'POST',
      headers: { 'x-api-key': 'k' },
      body: new Blob([JSON.stringify(large)]).stream(),
      duplex: 'half',
    } as RequestInit)
    expect(streamed.status).toBe(413)
    expect((await post(`${inbox.apiUrl}/ingest`, batchOf(logWith()))).status).toBe(200)
  })

  it('refuse a body that exceeds the limit when decompressed', async () => {
    const inbox = await start({ maxBodyBytes: 100_000 })
    const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20))
    expect(bomb.length).toBeLessThan(100_000)
    const headers = { 'x-api-key': 'k', 'content-encoding': 'gzip' }
    expect((await post(`${inbox.apiUrl}/ingest`, bomb, headers)).status).toBe(413)
  })

  it('refuse other encodings with 415, and broken gzip with 400', async () => {
    const inbox = await start()
    const body = JSON.stringify(batchOf(logWith()))
    expect(
      (await post(`${inbox.apiUrl}/ingest`, body, { 'x-api-key': 'k', 'content-encoding': 'br' })).status,
    ).toBe(415)
    expect(
      (await post(`${inbox.apiUrl}/ingest`, body, { 'x-api-key': 'k', 'content-encoding': 'gzip' })).status,
    ).toBe(400)
  })

  it('keep the newest logs and requests when there are too many', async () => {
    const inbox = await start({ maxLogs: 3, maxRequests: 2 })
    for (let n = 0; n < 5; n++) {
      await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: `m${n}` })))
      await post(`${inbox.apiUrl}/ingest/requests`, { requests: [requestWith({ path: `/${n}` })] })
    }
    expect(inbox.logs().map((log) => log.message)).toEqual(['m2', 'm3', 'm4'])
    expect(inbox.requests().map((request) => request.path)).toEqual(['/3', '/4'])
    expect(inbox.stats()).toMatchObject({ logs: 5, requests: 5 })
  })

  it('drop the oldest when the bytes exceed the limit', async () => {
    const inbox = await start({ maxBytes: 1_000_000 })
    for (let n = 0; n < 20; n++) {
      await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: `${n} ${'x'.repeat(100_000)}` })))
    }
    expect(inbox.logs().length).toBeGreaterThan(3)
    expect(inbox.logs().length).toBeLessThan(8)
    expect(inbox.logs().at(-1)?.message).toMatch(/^19 /)
  })
})

describe('options', () => {
  it('are refused with name, expectation and value', async () => {
    await expect(startInbox({ port: 70_000 })).rejects.toMatchObject({
      code: 'LOGNITOR_BAD_OPTION',
      message: 'startInbox: port must be a whole number from 0 to 65535, not 70000.',
    })
    await expect(startInbox({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'LOGNITOR_BAD_OPTION' })
    await expect(startInbox(4777 as InboxOptions)).rejects.toThrow(/expected an object, got a number/)
    await expect(startInbox({ prot: 1 } as InboxOptions)).rejects.toMatchObject({
      code: 'LOGNITOR_UNKNOWN_OPTION',
    })
  })

  it('name a port that is in use', async () => {
    const inbox = await start()
    await expect(startInbox({ port: inbox.port })).rejects.toMatchObject({ code: 'LOGNITOR_ADDRESS_IN_USE' })
  })
})
