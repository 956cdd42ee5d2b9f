import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { LognitorClient } from '../../src/client/client.js'
import type { Transport } from '../../src/wire/transport.js'
import { onClock } from './support.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const store = new AsyncLocalStorage<object>()

/** Runs `work` as a request with an async store would, and tells whether the store is still in memory `after` that. */
async function isKept(work: () => void, after: () => Promise<void> = async () => {}): Promise<boolean> {
  const kept = new WeakRef(store.run({}, inRequest))
  await after()
  for (let n = 0; n < 50 && kept.deref() !== undefined; n++) {
    // A WeakRef holds its target until the end of the turn.
    await sleep(10)
    collectGarbage()
  }
  return kept.deref() !== undefined

  function inRequest(): object {
    work()
    return store.getStore() as object
  }
}

const refusing: Transport = {
  send: async () => {
    throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
  },
}

test.each([
  ['feedback', (client: LognitorClient) => client.submitFeedback({ eventId: '1', comments: 'It froze' })],
  ['a release', (client: LognitorClient) => client.registerRelease({ version: '1' })],
  ['a ping', (client: LognitorClient) => client.heartbeat('tok').ping()],
])('%s that is retried in the background keeps no async store', async (_, call) => {
  const { client, clock, close } = await onClock({ transport: refusing })
  const work = () => void call(client)
  const callerGivesUp = async () => {
    await sleep(20)
    clock.advance(10_000)
  }
  expect(await isKept(work, callerGivesUp)).toBe(false)
  expect(client.stats().callsPending).toBe(1)
  await close()
})
