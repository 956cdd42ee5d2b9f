import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { start } from '../support/run.js'
import { until } from '../support/until.js'

let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox()
})
afterAll(() => inbox.close())
beforeEach(() => inbox.clear())

function startExample(file: string, more: Record<string, string> = {}) {
  return start([`examples/${file}`], {
    env: {
      LOGNITOR_API_KEY: 'lgn_example',
      LOGNITOR_API_URL: inbox.apiUrl,
      LOGNITOR_FLUSH_INTERVAL: '50',
      ...more,
    },
  })
}

test.each(['cron', 'node-cron', 'node-schedule'])(
  'the jobs of %s ping when they succeed, and their errors are captured when they fail',
  async (scheduler) => {
    const jobs = startExample(`${scheduler}/jobs.mjs`, { SCHEDULE: '* * * * * *' })
    const failures = () => inbox.logs().filter(({ level }) => level === 'error')
    const reports = () => inbox.logs().filter(({ message }) => message === 'Report sent')
    await until(
      () => reports().length >= 2 && failures().length >= 1 && inbox.heartbeats().length > 0,
      'two runs of each job',
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
    expect(jobs.stdout() + jobs.stderr()).toContain('The warehouse does not answer')
  },
)

test('the tour of the client shows every call', async () => {
  const tour = startExample('client/tour.mjs')
  expect(await tour.ended, tour.stderr()).toBe(0)
  const last = tour.stdout().trim().split('\n').at(-1) ?? ''
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
