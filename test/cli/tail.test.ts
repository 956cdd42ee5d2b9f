import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { batchOf, logWith, post, until } from '../inbox/support.js'
import type { Program } from '../support/program.js'
import type { Run } from '../support/run.js'
import { buildCli } from './support.js'

let program: Program
let inbox: Inbox
const runs: Run[] = []

beforeAll(async () => {
  program = await buildCli()
})

afterAll(() => program.remove())

beforeEach(async () => {
  inbox = await startInbox()
})

afterEach(async () => {
  for (const run of runs.splice(0)) run.child.kill('SIGKILL')
  await inbox.close()
})

/** Sends a log repeatedly until the first one is printed: tail prints only logs that arrive after it has connected. */
async function follow(args: string[], log: Record<string, unknown>): Promise<Run> {
  const run = program.start(['tail', '--url', inbox.url, ...args])
  runs.push(run)
  await until(async () => {
    await post(`${inbox.apiUrl}/ingest`, batchOf(log))
    return run.stdout() !== ''
  }, 'a log is printed')
  return run
}

describe('lognitor tail', () => {
  it('prints each log as one line without control characters', async () => {
    const run = await follow(
      [],
      logWith({
        level: 'error',
        message: 'no \u001b[2Jstock\nleft',
        service: 'shop',
        error: { type: 'StockError', message: 'none left' },
        trace: { trace_id: 'abc' },
        request_id: 'r1',
      }),
    )
    expect(run.stdout().split('\n')[0]).toMatch(
      /^\d\d:00:00\.000 ERROR shop no \\x1b\[2Jstock ↵ left StockError: none left trace=abc request=r1$/,
    )
  })

  it('prints whole logs as JSON when asked to', async () => {
    const log = logWith({ message: 'ü', metadata: { a: 1 } })
    const run = await follow(['--json'], log)
    expect(JSON.parse(run.stdout().split('\n')[0] ?? '')).toEqual(log)
  })

  it('prints only what passes the filters', async () => {
    const wanted = { service: 'shop', level: 'warn', trace: { trace_id: 'abc' } }
    const run = await follow(
      ['--service', 'shop', '--level', 'warn,error', '--trace', 'abc'],
      logWith({ ...wanted, message: 'wanted' }),
    )
    for (const other of [
      { ...wanted, service: 'x' },
      { ...wanted, level: 'info' },
      { ...wanted, trace: { trace_id: 'x' } },
    ]) {
      await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ ...other, message: 'unwanted' })))
    }
    await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ ...wanted, message: 'the last' })))
    await until(() => run.stdout().includes('the last'), 'the last log is printed')
    expect(run.stdout()).not.toContain('unwanted')
  })

  it.each([
    ['--user', 'ada', { user: { id: 'ada' } }],
    ['--session', 's1', { session_id: 's1' }],
    ['--request', 'r1', { request_id: 'r1' }],
    ['--text', 'NEEDLE', { metadata: { where: 'a needle in hay' } }],
    ['--tag', 'money', { tags: ['money', 'other'] }],
    ['--meta', 'order.id:17', { metadata: { order: { id: 17 } } }],
    ['--environment', 'demo', { environment: 'demo' }],
    ['--release', '1.2.0', { version: '1.2.0' }],
  ])('filters by %s as the page does', async (flag, value, part) => {
    const run = await follow([flag, value], logWith({ ...part, message: 'wanted' }))
    await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: 'unwanted' })))
    await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ ...part, message: 'the last' })))
    await until(() => run.stdout().includes('the last'), 'the last log is printed')
    expect(run.stdout()).not.toContain('unwanted')
  })

  it('takes several tags and metadata values, which must all fit', async () => {
    const args = ['--tag', 'a', '--tag', 'b', '--meta', 'x:1', '--meta', 'y:2']
    const wanted = { tags: ['a', 'b'], metadata: { x: 1, y: 2 } }
    const run = await follow(args, logWith({ ...wanted, message: 'wanted' }))
    for (const other of [{ tags: ['a'] }, { metadata: { x: 1 } }])
      await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ ...wanted, ...other, message: 'unwanted' })))
    await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ ...wanted, message: 'the last' })))
    await until(() => run.stdout().includes('the last'), 'the last log is printed')
    expect(run.stdout()).not.toContain('unwanted')
  })

  it('prints first the errors that the inbox holds since a time, each once, and then new ones', async () => {
    const at = (ms: number) => new Date(Date.now() - ms).toISOString()
    await post(
      `${inbox.apiUrl}/ingest`,
      batchOf(
        logWith({ level: 'error', message: 'long ago', timestamp: at(3_600_000) }),
        ...Array.from({ length: 90 }, (_, index) =>
          logWith({
            level: index % 2 === 0 ? 'fatal' : 'info',
            message: `held ${index}`,
            timestamp: at(60_000),
          }),
        ),
      ),
    )
    const run = program.start(['tail', '--url', inbox.url, '--errors-since', '10m'])
    runs.push(run)
    await until(() => run.stdout().includes('held 88'), 'what is held is printed')
    await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ level: 'error', message: 'new' })))
    await until(() => run.stdout().includes('new'), 'the new log is printed')
    const messages = run
      .stdout()
      .trim()
      .split('\n')
      .map((line) => line.replace(/^\S+ \S+ +/, ''))
    const held = Array.from({ length: 45 }, (_, index) => `held ${index * 2}`)
    expect(messages).toEqual([...held, 'new'])
  })

  it('prints logfmt that holds each value on one line, whatever is in it', async () => {
    const run = await follow(
      ['--format', 'logfmt'],
      logWith({
        level: 'error',
        service: 'shop',
        message: 'no "stock"\n\u001b[2J=left',
        error: { type: 'StockError', message: 'none left' },
        metadata: { order: { id: 17 }, 'a key=': true },
      }),
    )
    const [line = ''] = run.stdout().split('\n')
    expect(line).toContain(
      'level=error service=shop msg="no \\"stock\\"\\n\\x1b[2J=left" error.type=StockError',
    )
    expect(line).toContain('error.message="none left"')
    expect(line).toContain('metadata.order.id=17 metadata.a_key_=true')
  })

  it.each([
    [['--format', 'xml'], '--format must be one of human, json, logfmt, not "xml".'],
    [['--meta', 'order'], '--meta must have the form key:value, not "order".'],
    [['--errors-since', 'yesterday'], '--errors-since must be a time back'],
    [['--user', ''], '--user must not be empty.'],
  ])('refuses %j with a reason', async (args, reason) => {
    const run = program.start(['tail', '--url', inbox.url, ...args])
    runs.push(run)
    expect(await run.ended).toBe(2)
    expect(run.stderr()).toContain(reason)
  })

  it('waits for an inbox that has ended, and continues with the next one', async () => {
    const run = await follow([], logWith({ message: 'before' }))
    const { port } = inbox
    await inbox.close()
    await until(() => run.stderr().includes('closed the connection'), 'the end is noticed')
    inbox = await startInbox({ port })
    await until(async () => {
      await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: 'after' })))
      return run.stdout().includes('after')
    }, 'logs are printed again')
  })

  it('prints no control characters in any format', async () => {
    const message = `a${String.fromCodePoint(0x9b, 0x202e, 0x2066, 0x2028, 0x2029, 0x1b, 0x7f, 0xe0041)}z`
    const log = logWith({
      message,
      service: message,
      level: 'error',
      error: { type: message, message },
      trace: { trace_id: message },
      request_id: message,
    })
    const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
    const plain = await follow([], log)
    const line = plain.stdout().split('\n')[0] as string
    expect(line).not.toMatch(steering)
    expect(line).toContain('a\\x9b\\u{202e}\\u{2066}\\u{2028}\\u{2029}\\x1b\\x7f\\u{e0041}z')
    const json = await follow(['--json'], log)
    const whole = json.stdout().split('\n')[0] as string
    expect(whole).not.toMatch(steering)
    expect(JSON.parse(whole)).toEqual(log)
  })

  it('shows the type of an error whose message the log repeats', async () => {
    const error = { type: 'StockError', message: 'none left' }
    const run = await follow([], logWith({ level: 'error', message: 'none left', error }))
    expect(run.stdout()).toMatch(/none left StockError\n/)
  })

  it('reads no faster than its own reader, and says how many logs it missed', async () => {
    const run = await follow([], logWith({ message: 'first' }))
    run.child.stdout?.pause()
    const text = 'x'.repeat(20_000)
    const many = Array.from({ length: 40 }, () => logWith({ message: text }))
    for (let n = 0; n < 70; n++) await post(`${inbox.apiUrl}/ingest`, batchOf(...many))
    run.child.stdout?.resume()
    await until(async () => {
      await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: 'after' })))
      return run.stdout().includes('after') && /has missed \d+ logs/.test(run.stderr())
    }, 'the loss is told and the next log printed')
  })

  it.each([
    ['pages', 'text/html', '<p>hello</p>', 200],
    ['events of its own', 'text/event-stream', 'event: log\ndata: {}\n\n', 200],
    ['nothing of the kind', 'application/json', '{"message":"no such path"}', 404],
  ])('says that a server with %s is not an inbox', async (_, type, body, status) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const run = program.start(['tail', '--url', `http://127.0.0.1:${port}`])
    runs.push(run)
    expect(await run.ended).toBe(1)
    expect(run.stderr()).toContain(`http://127.0.0.1:${port} is not an inbox`)
    server.close()
  })

  it('says when there is no inbox', async () => {
    await inbox.close()
    const run = program.start(['tail', '--url', inbox.url])
    expect(await run.ended).toBe(1)
    expect(run.stderr()).toContain(`no inbox answers at ${inbox.url}`)
  })

  it('ends quietly when its reader closes the pipe', async () => {
    const run = await follow([], logWith())
    run.child.stdout?.destroy()
    let hasEnded = false
    void run.ended.then(() => {
      hasEnded = true
    })
    await until(async () => {
      await post(`${inbox.apiUrl}/ingest`, batchOf(logWith()))
      return hasEnded
    }, 'it has ended')
    expect(await run.ended).toBe(0)
    expect(run.stderr()).toBe('')
  })
})
