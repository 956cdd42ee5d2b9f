import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { until } from '../support/until.js'

const root = resolve(import.meta.dirname, '../..')
let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox()
})
afterAll(() => inbox.close())
beforeEach(() => inbox.clear())

function start(file: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(root, 'examples', file)], {
    env: {
      PATH: process.env.PATH ?? '',
      LOGNITOR_API_KEY: 'lgn_example',
      LOGNITOR_API_URL: inbox.apiUrl,
      LOGNITOR_FLUSH_INTERVAL: '50',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const ended = new Promise<number | string | null>((done) =>
    child.once('close', (code, signal) => done(code ?? signal)),
  )
  return { child, ended, output: () => output }
}

test.each(['cron', 'node-cron', 'node-schedule'])(
  'the jobs of %s ping when they succeed, and their errors are captured when they fail',
  async (scheduler) => {
    const jobs = start(`${scheduler}/jobs.mjs`, { SCHEDULE: '* * * * * *' })
    const failures = () => inbox.logs().filter(({ level }) => level === 'error')
    const reports = () => inbox.logs().filter(({ message }) => message === 'Report sent')
    await until(
      () => reports().length >= 2 && failures().length >= 1 && inbox.heartbeats().length > 0,
      `two runs of each job: ${jobs.output()}`,
    )
    jobs.child.kill('SIGTERM')
    expect(await jobs.ended).toBe('SIGTERM')
    expect(inbox.heartbeats().map(({ token }) => token)).toEqual(['send-report'])
    expect(failures()[0]).toMatchObject({
      message: 'The warehouse does not answer',
      service: 'nightly-jobs',
      error: { type: 'Error', context_line: "  throw new Error('The warehouse does not answer')" },
      breadcrumbs: [{ category: 'stock', message: 'asked the warehouse' }],
    })
    expect(jobs.output()).toContain('The warehouse does not answer')
  },
)

test('the tour of the client shows every call', async () => {
  const tour = start('client/tour.mjs')
  expect(await tour.ended, tour.output()).toBe(0)
  const last = tour.output().trim().split('\n').at(-1) ?? ''
  expect(JSON.parse(last)).toEqual({
    delivered: true,
    accepted: inbox.logs().length,
    dropped: { min_level: 1 },
  })
  expect(inbox.feedback()[0]?.event_id).toBe(
    inbox.logs().find(({ message }) => message === 'card declined')?.metadata?.['log.record.uid'],
  )
  expect(
    inbox
      .heartbeats()
      .map(({ token }) => token)
      .sort(),
  ).toEqual(['hourly', 'nightly'])
  expect(inbox.releases()).toHaveLength(1)
})
