import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing.js'
import { batchOf, logWith, post, until } from '../inbox/support.js'
import { buildProgram, type Program, type Run } from './support.js'

let program: Program
let inbox: Inbox
const runs: Run[] = []

beforeAll(async () => {
  program = await buildProgram()
})

afterAll(() => program.remove())

beforeEach(async () => {
  inbox = await startInbox()
})

afterEach(async () => {
  for (const run of runs.splice(0)) run.child.kill('SIGKILL')
  await inbox.close()
})

/** Sends a log again and again until the first of them is printed: only what comes after it connected is. */
async function follow(args: string[], log: Record<string, unknown>): Promise<Run> {
  const run = program.start(['tail', '--url', inbox.url, ...args])
  runs.push(run)
  await until(async () => {
    await post(`${inbox.apiUrl}/ingest`, batchOf(log))
    return run.output() !== ''
  }, 'a log is printed')
  return run
}

describe('lognitor tail', () => {
  it('prints each log as a line, in which nothing steers the terminal', async () => {
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
    expect(run.output().split('\n')[0]).toMatch(
      /^\d\d:00:00\.000 ERROR shop no \\x1b\[2Jstock ↵ left StockError: none left trace=abc request=r1$/,
    )
  })

  it('prints whole logs as JSON when asked to', async () => {
    const log = logWith({ message: 'ü', metadata: { a: 1 } })
    const run = await follow(['--json'], log)
    expect(JSON.parse(run.output().split('\n')[0] ?? '')).toEqual(log)
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
    await until(() => run.output().includes('the last'), 'the last log is printed')
    expect(run.output()).not.toContain('unwanted')
  })

  it('waits for an inbox that goes away, and goes on with the next one', async () => {
    const run = await follow([], logWith({ message: 'before' }))
    const { port } = inbox
    await inbox.close()
    await until(() => run.errors().includes('went away'), 'the end is noticed')
    inbox = await startInbox({ port })
    await until(async () => {
      await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: 'after' })))
      return run.output().includes('after')
    }, 'logs are printed again')
  })

  it('says when there is no inbox', async () => {
    await inbox.close()
    const run = program.start(['tail', '--url', inbox.url])
    expect(await run.ended).toBe(1)
    expect(run.errors()).toContain(`no inbox answers at ${inbox.url}`)
  })

  it('ends quietly when its reader had enough', async () => {
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
    expect(run.errors()).toBe('')
  })
})
