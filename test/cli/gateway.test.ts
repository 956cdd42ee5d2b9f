import { readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProgram } from '../gateway/program.js'
import { logsOf, send } from '../gateway/support.js'
import type { Program } from '../support/program.js'
import type { Run } from '../support/run.js'
import { closedLatch, until } from '../support/until.js'
import { buildCli } from './support.js'

let program: Program

beforeAll(async () => {
  program = await buildCli()
})

afterAll(() => program.remove())

const start = (args: readonly string[]) => startProgram(program, args)

test('the gateway serves until a signal, and exits with 0', async () => {
  const { run, url, vendor } = await start([
    '--min-level',
    'warn',
    '--auth-token',
    'one',
    '--auth-token',
    'two',
  ])
  const headers = { authorization: 'Bearer two' }
  expect(
    await send({ url }, '/v1/logs', logsOf('quiet', { severityNumber: 17, body: { stringValue: 'loud' } }), {
      headers,
    }),
  ).toMatchObject({ status: 200 })
  expect(await send({ url }, '/v1/logs', logsOf('a'))).toMatchObject({ status: 401 })
  expect(vendor.messages()).toEqual(['loud'])
  run.child.kill('SIGTERM')
  expect(await run.ended).toBe(0)
})

test('one flag may hold several tokens, separated by commas', async () => {
  const { url } = await start(['--auth-token', 'one,two', '--auth-token', 'three'])
  for (const token of ['one', 'two', 'three']) {
    const headers = { authorization: `Bearer ${token}` }
    expect(await send({ url }, '/v1/logs', logsOf(token), { headers })).toMatchObject({ status: 200 })
  }
  expect(await send({ url }, '/v1/logs', logsOf('none'))).toMatchObject({ status: 401 })
})

test('the gateway finishes requests under way before it ends', async () => {
  const { run, url, vendor } = await start([])
  const latch = closedLatch()
  vendor.answer({ after: latch.promise })
  const answering = send({ url }, '/v1/logs', logsOf('last words'))
  await until(() => vendor.open === 1, 'the request is under way')
  run.child.kill('SIGTERM')
  const isRefused = () =>
    fetch(url).then(
      () => false,
      () => true,
    )
  await until(isRefused, 'it accepts no more connections')
  latch.open()
  expect(await answering).toMatchObject({ status: 200 })
  expect(await run.ended).toBe(0)
})

describe('with several workers', () => {
  test('a worker that ends is replaced while the others serve', async () => {
    const { run, url, vendor } = await start(['--workers', '2'])
    for (let n = 0; n < 10; n++)
      expect(await send({ url }, '/v1/logs', logsOf(`before ${n}`))).toMatchObject({ status: 200 })
    const [first] = await workersOf(run)
    process.kill(Number(first), 'SIGKILL')
    await run.printed(/ended \(SIGKILL\) and is replaced/)
    for (let n = 0; n < 10; n++) {
      // Connections to the ended worker have to be opened again, as a Collector does.
      const once = () => send({ url }, '/v1/logs', logsOf(`after ${n}`)).catch(() => undefined)
      let answer = await once()
      for (let tries = 0; answer === undefined && tries < 50; tries++) {
        await sleep(100)
        answer = await once()
      }
      expect(answer).toMatchObject({ status: 200 })
    }
    expect(new Set(vendor.messages()).size).toBe(20)
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
  })

  test('the gateway exits with 0 at a signal that reaches its workers too, as from a terminal', async () => {
    const { run } = await start(['--workers', '2'])
    const pids = await workersOf(run)
    // The workers' messages are held back, so that they have ended when the primary process writes to them.
    run.child.kill('SIGSTOP')
    for (const pid of pids) process.kill(Number(pid), 'SIGTERM')
    const hasEnded = (pid: string) => / \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    await until(() => pids.every(hasEnded), 'the workers have ended')
    run.child.kill('SIGTERM')
    run.child.kill('SIGCONT')
    expect(await run.ended).toBe(0)
    expect(run.stderr()).toMatch(/^lognitor: gateway at [^\n]*\n$/)
  })

  test('the gateway exits with 0 at a signal that comes while its workers start', async () => {
    // The first message, by which a worker is told to close, comes before the worker's own code runs.
    const slow = join(program.folder, 'slow.mjs')
    writeFileSync(
      slow,
      `import cluster from 'node:cluster'
      if (cluster.isWorker) {
        console.log('a worker starts')
        await new Promise((resolve) => process.once('message', resolve))
      }`,
    )
    const args = ['gateway', '--listen', '127.0.0.1:0', '--workers', '2']
    const run = program.start(args, { LOGNITOR_API_KEY: 'key' }, ['--import', pathToFileURL(slow).href])
    await until(() => run.stdout().match(/a worker starts/g)?.length === 2, 'both workers start')
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
  })

  test('the metrics are those of all workers', async () => {
    const { url } = await start(['--workers', '3'])
    for (let n = 0; n < 9; n++)
      await send({ url }, '/v1/logs', logsOf(`${n}`), { headers: { connection: 'close' } })
    const figures = await (await fetch(`${url}/metrics`)).text()
    expect(figures).toContain('lognitor_gateway_log_records_total 9\n')
  })

  test('all workers respect a Retry-After that one of them got', async () => {
    const { url, vendor } = await start(['--workers', '4'])
    vendor.answer({ status: 429, headers: { 'retry-after': '3600' } })
    const once = () => send({ url }, '/v1/logs', logsOf('hello'), { headers: { connection: 'close' } })
    expect(await once()).toMatchObject({ status: 429 })
    for (;;) {
      const before = vendor.seen.length
      for (let n = 0; n < 8; n++) expect(await once()).toMatchObject({ status: 429 })
      if (vendor.seen.length === before) break
    }
    expect(vendor.seen.length).toBeLessThan(4)
  })

  test('the gateway ends when no worker can start', async () => {
    const { url } = await start([])
    const { port } = new URL(url)
    const second = program.start(['gateway', '--listen', port, '--workers', '2'], { LOGNITOR_API_KEY: 'key' })
    expect(await second.ended).toBe(1)
    expect(second.stderr()).toContain('is in use')
  })
})

describe('the gateway refuses', () => {
  test.each([
    [
      ['--listen', '0.0.0.0:0'],
      1,
      /A gateway at all addresses of this machine can be reached from other machines/,
    ],
    [['--listen', ':0'], 1, /A gateway at all addresses of this machine can be reached/],
    [['--listen', 'here'], 2, /--listen: expected an address to listen on/],
    [['--auth-token', ''], 2, /--auth-token: expected tokens of visible ASCII/],
    [['--proxy', 'ftp://u:hush@host'], 2, /^(?!.*hush).*--proxy: expected an http or https URL/],
    [
      ['--redact', 'phone'],
      2,
      /--redact: expected some of email, creditCard, ssn, bearer, separated by commas/,
    ],
    [['--workers', '0'], 2, /--workers must be a whole number/],
    [['--min-level', 'loud'], 2, /--min-level: expected one of/],
    [['--batch-size', '3'], 2, /Unknown option '--batch-size'/],
  ])('%j', async (args, code, words) => {
    const run = program.start(['gateway', ...args], { LOGNITOR_API_KEY: 'key' })
    expect(await run.ended).toBe(code)
    expect(run.stderr()).toMatch(words)
  })

  test('without a key', async () => {
    const run = program.start(['gateway', '--listen', '127.0.0.1:0'], { LOGNITOR_API_KEY: '' })
    expect(await run.ended).toBe(1)
    expect(run.stderr()).toContain('LOGNITOR_API_KEY')
  })
})

test('the help names every flag', async () => {
  const run = program.start(['gateway', '--help'])
  expect(await run.ended).toBe(0)
  for (const flag of ['--listen X', '--auth-token X', '--no-auth ', '--pass-through-key ', '--workers N'])
    expect(run.stdout()).toContain(flag)
})

/** The pids of the workers, from the system. */
async function workersOf(run: Run): Promise<string[]> {
  const { pid } = run.child
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children.trim().split(' ')
}
