import { expect, test } from 'vitest'
import type { Log } from '../../src/wire/log.js'
import { inMemory, warningsDuring } from './support.js'

const throwing = (): never => {
  throw new Error('broken')
}

test.each([
  ['before_send_error', 'beforeSend threw', { beforeSend: throwing }],
  ['before_send_error', 'returned a promise', { beforeSend: async (log: Log) => log }],
])('logs that are dropped as %s are warned of once, with what to do: %s', async (reason, words, options) => {
  const { client } = inMemory(options as object)
  const warnings = await warningsDuring(() => {
    client.info('first')
    client.info('second')
  })
  expect(client.stats().dropped).toEqual({ [reason]: 2 })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatch(new RegExp(`^LOGNITOR_LOGS_DROPPED: .*${reason}.*${words}`))
})

test('a full queue is warned of once', async () => {
  const { client } = inMemory({ maxQueueSize: 10 })
  client.pause()
  const warnings = await warningsDuring(() => {
    for (let n = 0; n < 50; n++) client.info(`log ${n}`)
  })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatch(/^LOGNITOR_LOGS_DROPPED: .*queue_full.*npx lognitor doctor/)
})
