import { expect, test } from 'vitest'
import type { LognitorClient } from '../../src/client/client.js'
import { inMemory } from './support.js'

test('an onDrop that writes logs is not called for the drops of these logs, which are counted', async () => {
  let calls = 0
  const open: { client?: LognitorClient } = {}
  const { client } = inMemory({
    minLevel: 'error',
    onDrop: () => {
      calls += 1
      // Without an end of its own this would call itself for as long as the stack lasts, at each depth again.
      if (calls < 100) open.client?.info('something was dropped')
    },
  })
  open.client = client
  client.info('too low')
  client.info('too low')
  expect([calls, client.stats().dropped]).toEqual([2, { min_level: 4 }])
  await client.shutdown()
})
