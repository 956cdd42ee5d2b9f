import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { post } from './support.js'

interface CapturedCall {
  path: string
  headers: Record<string, string>
  body: { logs?: unknown[] } | null
}

const file = new URL('../fixtures/official-sdk-capture.json', import.meta.url)
const capture = JSON.parse(readFileSync(file, 'utf8')) as Record<string, CapturedCall[]>

let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox()
})

afterAll(() => inbox.close())

describe('the captured calls of the official client', () => {
  it.each(Object.entries(capture))('are accepted in the case %s', async (_name, calls) => {
    expect(calls.length).toBeGreaterThan(0)
    for (const { path, headers, body } of calls) {
      const before = inbox.stats().logs
      const answer = await post(inbox.url + path, JSON.stringify(body), headers)
      expect(answer.status).toBe(200)
      expect(inbox.stats().logs - before).toBe(body?.logs?.length ?? 0)
    }
    expect(inbox.stats().rejected).toBe(0)
  })

  it('make one group for each error, held-back occurrences included', () => {
    const dup = inbox.errors().find((group) => group.type === 'T')
    expect(dup).toMatchObject({ count: 3, fingerprint: expect.stringMatching(/^25141111/) })
    expect(
      inbox
        .errors()
        .map((group) => group.type)
        .sort(),
    ).toEqual(['Exception', 'KeyError', 'T', 'TimeoutError', 'ValueError', 'ZeroDivisionError'])
  })
})
