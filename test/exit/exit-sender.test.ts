import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { Stats } from '../../src/pipeline/pipeline.js'
import { type ProxyStub, startProxy } from '../support/proxy.js'
import { closedLatch } from '../support/until.js'
import { type Script, startVendor, takenBody, type Vendor } from '../support/vendor.js'
import { NODE_24, type RunOptions, runApp } from './support.js'

const tls = join(import.meta.dirname, '../fixtures/tls')
const LOGS = Array.from({ length: 50 }, (_, n) => `log ${n}`).sort()

let vendor: Vendor | undefined
let proxy: ProxyStub | undefined

afterEach(async () => {
  await vendor?.close()
  await proxy?.close()
  vendor = undefined
  proxy = undefined
})

async function open(...answers: Script[]): Promise<Vendor> {
  vendor = await startVendor()
  if (answers.length > 0) vendor.answer(...answers)
  return vendor
}

async function openSecurely(): Promise<Vendor> {
  vendor = await startVendor({
    key: readFileSync(join(tls, 'key.pem')),
    cert: readFileSync(join(tls, 'cert.pem')),
  })
  return vendor
}

/** Writes 50 logs (one batch) and calls process.exit in the same turn. Resolves to the client's stats. */
async function exit(options: RunOptions, event = 'exit 0'): Promise<Stats> {
  const { code, stdout } = await runApp('ends.cjs', [event], {
    ...options,
    env: { PRINT_STATS: '1', ...options.env },
  })
  expect(code).toBe(0)
  return JSON.parse(stdout) as Stats
}

const arrived = () => vendor?.messages().sort()

describe('process.exit right after 50 calls', () => {
  test('delivers them with key and user agent, like every request', async () => {
    const { apiUrl } = await open()
    const { accepted, queued, dropped } = await exit({ apiUrl })
    expect({ accepted, queued, dropped }).toEqual({ accepted: 50, queued: 0, dropped: {} })
    expect(arrived()).toEqual(LOGS)
    expect(vendor?.seen[0]?.headers).toMatchObject({
      'x-api-key': 'test-key',
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^lognitor-opentelemetry\//),
    })
  })

  test('delivers thousands of logs', async () => {
    const { apiUrl } = await open()
    expect((await exit({ apiUrl, env: { LOGS: '5000' } })).accepted).toBe(5000)
    expect(new Set(vendor?.messages()).size).toBe(5000)
  })

  test.each([process.execPath, NODE_24])('delivers over https (%s)', async (node) => {
    const { apiUrl } = await openSecurely()
    const secure = apiUrl.replace('127.0.0.1', 'localhost')
    const env = { NODE_EXTRA_CA_CERTS: join(tls, 'cert.pem') }
    expect((await exit({ apiUrl: secure, env, node })).accepted).toBe(50)
  })

  test('sends nothing over https to an untrusted server', async () => {
    const { apiUrl } = await openSecurely()
    const { accepted, dropped } = await exit({ apiUrl })
    expect({ accepted, dropped }).toEqual({ accepted: 0, dropped: { exit: 50 } })
    expect(vendor?.seen).toEqual([])
  })

  test('trusts a server that the whole process was told to trust', async () => {
    const { apiUrl } = await openSecurely()
    expect((await exit({ apiUrl, env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } })).accepted).toBe(50)
  })

  test('uses a proxy for http', async () => {
    await open()
    proxy = await startProxy({ credentials: 'user:pa ss', port: vendor?.port as number })
    const env = { http_proxy: proxy.url.replace('://', '://user:pa%20ss@') }
    expect((await exit({ apiUrl: 'http://localhost:9080/api/v1', env })).accepted).toBe(50)
    expect(proxy.asked[0]?.line).toBe('POST http://localhost:9080/api/v1/ingest')
  })

  test('uses a proxy for https, and shows it neither key nor logs', async () => {
    await openSecurely()
    proxy = await startProxy({ credentials: 'user:pass', port: vendor?.port as number })
    const env = {
      https_proxy: proxy.url.replace('://', '://user:pass@'),
      NODE_EXTRA_CA_CERTS: join(tls, 'cert.pem'),
    }
    expect(
      (await exit({ apiUrl: 'https://localhost:9443/api/v1', env: { ...env, no_proxy: '' } })).accepted,
    ).toBe(50)
    expect(proxy.asked[0]?.line).toBe('CONNECT localhost:9443')
    expect(JSON.stringify(proxy.asked)).not.toContain('test-key')
  })

  test('delivers although the application has preloads and flags that would break the thread', async () => {
    const { apiUrl } = await open()
    const flags = ['--require', join(import.meta.dirname, 'apps/hostile-preload.cjs')]
    expect((await exit({ apiUrl, flags })).accepted).toBe(50)
  })

  test('delivers the logs of exit listeners, too', async () => {
    const { apiUrl } = await open()
    await runApp('signalled.cjs', ['only when alone'], { apiUrl, when: ['up', (child) => child.kill()] })
    expect(vendor?.messages()).toContain('at exit')
  })
})

describe('stats() after an exit', () => {
  test('count a log that was retried after a temporary failure', async () => {
    const { apiUrl } = await open({ status: 503 }, { reset: 'before' }, {})
    expect((await exit({ apiUrl })).accepted).toBe(50)
    const ids = new Set(vendor?.batches.map(({ json }) => json.batch_id))
    expect(ids.size).toBe(1)
  })

  test('count the logs of a batch that the service refuses', async () => {
    const { apiUrl } = await open((seen) => ({ status: 422, body: takenBody(seen, [3, 4]) }))
    const { accepted, rejected, dropped } = await exit({ apiUrl })
    expect({ accepted, rejected, dropped }).toEqual({ accepted: 48, rejected: 2, dropped: { rejected: 2 } })
  })

  test.each([
    [400, { bad_batch: 50 }],
    [401, { exit: 50 }],
    // Halved until single logs are refused.
    [413, { too_large: 50 }],
    [429, { exit: 50 }],
    [503, { exit: 50 }],
    [302, { exit: 50 }],
  ])('counts a batch answered with %i', async (status, dropped) => {
    const { apiUrl } = await open({ status, headers: { location: 'http://127.0.0.1:9/' } })
    expect((await exit({ apiUrl })).dropped).toEqual(dropped)
  })

  test('show that the rest is not sent when the first request to a failing service fails', async () => {
    const { apiUrl } = await open({ status: 503 })
    const env = { LOGS: '1000', LOGNITOR_FLUSH_ON_EXIT: '1000' }
    const { dropped } = await exit({ apiUrl, env }, 'end with a beforeExit listener in an outage')
    expect(dropped).toEqual({ exit: 1000 })
    const ids = new Set(vendor?.batches.map(({ json }) => json.batch_id))
    expect(ids.size).toBeLessThan(10)
  })

  test('show that one batch whose connection is always reset holds up no others', async () => {
    const isReset = closedLatch()
    const { apiUrl } = await open(({ text }) => {
      if (!text.includes('"message":"log 0"')) return { after: isReset.promise }
      setTimeout(isReset.open, 100)
      return { reset: 'before' }
    })
    const event = 'end with a beforeExit listener in an outage'
    const { accepted, dropped } = await exit({ apiUrl, env: { LOGS: '1000' } }, event)
    expect({ accepted, dropped }).toEqual({ accepted: 900, dropped: { exit: 100 } })
  })

  test('show that nothing is sent while the service asks for a wait', async () => {
    const { apiUrl } = await open({ status: 429, headers: { 'retry-after': '60' } })
    const { dropped } = await exit({ apiUrl }, 'exit after a while')
    expect(dropped).toEqual({ exit: 50 })
    expect(vendor?.seen.length).toBeLessThanOrEqual(2)
  })
})

describe.concurrent('a service that does not work holds the end no longer than flushOnExit', () => {
  // All of these services wait for ever: a process that waited for one would never end.
  const env = { LOGNITOR_FLUSH_ON_EXIT: '500' }

  describe.each([
    ['exit 0', 0],
    ['end', 0],
    ['end after a while', 0],
    ['SIGTERM', 'SIGTERM'],
    ['throw', 1],
  ])('%s', (event, expected) => {
    async function endsWith(apiUrl: string): Promise<void> {
      const { code, signal } = await runApp('ends.cjs', [event], { apiUrl, env })
      expect(signal ?? code).toBe(expected)
    }

    test.each<[string, Script]>([
      ['never answers', { silent: true }],
      ['drips its answer', { dripMs: 20 }],
      ['answers without end', { endless: true }],
      ['resets in the answer', { reset: 'mid-body' }],
    ])('one that %s', async (_, script) => {
      const useless = await startVendor()
      useless.answer(script)
      await endsWith(useless.apiUrl)
      await useless.close()
    })

    test('one that accepts https connections and never answers', async () => {
      const mute = createServer((socket) => socket.on('error', () => {}))
      await new Promise<void>((done) => mute.listen(0, () => done()))
      await endsWith(`https://127.0.0.1:${(mute.address() as AddressInfo).port}/api/v1`)
      mute.close()
    })

    test('one that refuses connections', () => endsWith('http://127.0.0.1:9/api/v1'))
    test('one whose name servers are silent', async ({ skip }) => {
      const before = await silenceNames()
      if (before === undefined) skip('needs the rights to set a name server')
      const options = { apiUrl: 'http://lognitor.example/api/v1', env, before, limitMs: 20_000 }
      const { code, signal } = await runApp('ends.cjs', [event], options)
      expect(signal ?? code).toBe(expected)
    })

    test('one whose host name does not exist', () => endsWith('http://nobody.invalid/api/v1'))
  })
})

test.concurrent.each([
  ['throw new TypeError("boom")', 1],
  ['process.exit(4)', 0],
  ['', 0],
])('a thread and the process that ends with it are held together no longer (%s)', async (way, expected) => {
  const useless = await startVendor()
  useless.answer({ silent: true })
  const held = (flushOnExit: string) => ({
    apiUrl: useless.apiUrl,
    env: { LOGNITOR_FLUSH_ON_EXIT: flushOnExit },
  })
  const ended: string[] = []
  const [both] = await Promise.all([
    runApp('thread-and-main.cjs', [way], held('6000')).finally(() => ended.push('thread and process')),
    runApp('ends.cjs', ['exit 0'], held('12000')).finally(() => ended.push('held for twice the time')),
  ])
  await useless.close()
  expect(both.code).toBe(expected)
  // Held one after the other, they would end after the process that has no thread to start.
  expect(ended).toEqual(['thread and process', 'held for twice the time'])
})

/** A command prefix that gives the command a name server which receives questions and never answers. */
async function silenceNames(): Promise<string[] | undefined> {
  const mount = spawnSync('unshare', ['--mount', 'true'])
  if (mount.status !== 0 || !(await silent)) return undefined
  return ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', resolvConf]
}

const resolvConf = join(mkdtempSync(join(tmpdir(), 'names-')), 'resolv.conf')
writeFileSync(resolvConf, 'nameserver 127.0.0.77\n')
const nameServer = createSocket('udp4')
const silent = new Promise<boolean>((done) => {
  nameServer.once('error', () => done(false))
  nameServer.bind(53, '127.0.0.77', () => done(true))
})
afterAll(() => {
  nameServer.close()
  rmSync(dirname(resolvConf), { recursive: true })
})
