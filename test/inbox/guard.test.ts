import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownServers } from '../../src/common/own-servers.js'
import { refuseForeign } from '../../src/inbox/http/guard.js'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { batchOf, logWith, until } from './support.js'

let inbox: Inbox

beforeEach(async () => {
  inbox = await startInbox()
})

afterEach(() => inbox.close())

function statusOf(path: string, method: string, headers: Record<string, string>, body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      inbox.url + path,
      { method, headers, setHost: headers.host === undefined },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

describe('the inbox', () => {
  it('answers only to its own host names', async () => {
    const { port } = inbox
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      expect(await statusOf('/', 'GET', { host })).toBe(200)
    }
    for (const host of [
      'example.com',
      `example.com:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
      'localhost.example.com',
    ]) {
      expect(await statusOf('/inbox/api/logs', 'GET', { host })).toBe(421)
      expect(await statusOf('/api/v1/heartbeat/x', 'POST', { host })).toBe(421)
    }
    expect(inbox.stats().heartbeats).toBe(0)
  })

  it('changes nothing for pages of other origins', async () => {
    const body = JSON.stringify(batchOf(logWith()))
    const { port } = inbox
    for (const origin of [
      'https://example.com',
      'null',
      'http://localhost',
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port}.example.com`,
    ]) {
      expect(await statusOf('/inbox/api/faults', 'PUT', { origin }, '{"status":500}')).toBe(403)
      expect(await statusOf('/inbox/api/data', 'DELETE', { origin })).toBe(403)
      expect(await statusOf('/api/v1/ingest', 'POST', { origin, 'x-api-key': 'k' }, body)).toBe(403)
    }
    expect(inbox.logs()).toHaveLength(0)
    expect(inbox.faults()).toEqual({})
    expect(await statusOf('/inbox/api/faults', 'PUT', { origin: inbox.url }, '{"status":500}')).toBe(200)
  })

  it('lets no page of another origin read it', async () => {
    for (const origin of ['https://example.com', 'null', `http://example.com:${inbox.port}`]) {
      for (const path of ['/', '/inbox/api/logs', '/inbox/api/stream']) {
        expect(await statusOf(path, 'GET', { origin })).toBe(403)
      }
    }
    expect(await statusOf('/inbox/api/logs', 'GET', { origin: inbox.url })).toBe(200)
    // Scripts and pictures are fetched without an origin; a link may lead here.
    const crossSite = { 'sec-fetch-site': 'cross-site' }
    const noCors = { ...crossSite, 'sec-fetch-mode': 'no-cors' }
    expect(await statusOf('/inbox/api/logs', 'GET', noCors)).toBe(403)
    expect(await statusOf('/', 'GET', { ...crossSite, 'sec-fetch-mode': 'navigate' })).toBe(200)
    expect(await statusOf('/inbox/api/logs', 'GET', { ...noCors, 'sec-fetch-site': 'same-origin' })).toBe(200)
    const answer = await fetch(`${inbox.url}/inbox/api/logs`)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  it('serves its page under a strict policy that permits no other server', async () => {
    const answer = await fetch(inbox.url)
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    const html = await answer.text()
    expect(html).not.toMatch(/https?:|\/\/[a-z]|<style|style=|\son\w+=|<script>/)
    const files = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1] ?? '')
    expect(files.length).toBeGreaterThan(2)
    for (const file of files) {
      const served = await fetch(inbox.url + file)
      expect(served.status).toBe(200)
      expect(await served.text()).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/,
      )
    }
    expect((await fetch(inbox.url, { method: 'POST' })).status).toBe(405)
    expect((await fetch(inbox.url, { method: 'HEAD' })).status).toBe(200)
  })

  it('survives bytes that are not HTTP', async () => {
    const socket = connect(inbox.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('\u0000\u0001 nonsense\r\n\r\n')
    await until(() => socket.destroyed, 'the connection is cut')
    expect((await fetch(inbox.url)).status).toBe(200)
  })

  it('survives a client that closes the connection in the middle of its body', async () => {
    const request = httpRequest(`${inbox.apiUrl}/ingest`, {
      method: 'POST',
      headers: { 'content-length': '1000' },
    })
    request.on('error', () => {})
    request.write('{"batch')
    await new Promise((resolve) => request.on('socket', (socket) => socket.once('connect', resolve)))
    request.destroy()
    expect((await fetch(inbox.url)).status).toBe(200)
  })

  it('marks its server, so that the instrumentation ignores it', async () => {
    const servers: object[] = []
    const notice = (message: unknown) => servers.push((message as { server: object }).server)
    subscribe('http.server.request.start', notice)
    await fetch(inbox.url)
    unsubscribe('http.server.request.start', notice)
    expect(servers.map((server) => ownServers.has(server))).toEqual([true])
  })

  it('closes at once, with connections kept alive, and frees its port', async () => {
    await fetch(inbox.url).then((answer) => answer.text())
    const idle = connect(inbox.port, '127.0.0.1')
    await new Promise((resolve) => idle.once('connect', resolve))
    idle.on('error', () => {})
    await inbox.close()
    const again = await startInbox({ port: inbox.port })
    expect(again.port).toBe(inbox.port)
    await again.close()
  })
})

describe('an inbox on port 80', () => {
  // The rule itself is called, because not everybody may listen on port 80.
  const refusalOf = (headers: Record<string, string>) =>
    refuseForeign({ headers } as unknown as IncomingMessage, '127.0.0.1', 80)?.status

  it('answers to its names without the port, which browsers leave out', () => {
    for (const host of ['127.0.0.1', '127.0.0.1:80', 'localhost', '[::1]']) {
      expect(refusalOf({ host, origin: `http://${host}` })).toBeUndefined()
    }
    expect(refusalOf({ host: 'example.com' })).toBe(421)
    expect(refusalOf({ host: 'localhost', origin: 'http://example.com' })).toBe(403)
  })
})
