import { expect, test } from 'vitest'
import { inMemory } from './support.js'

test("a child adds to its parent's metadata key by key, and the log's own keys win", async () => {
  const { client, logs } = inMemory({ service: 'shop', environment: 'test', version: '1' })
  client.withScope(() => {
    client.setContext({ region: 'eu', module: 'none' })
    client.setTags(['global'])
    const child = client.child({ service: 'payments', metadata: { module: 'pay', step: 0 }, tags: ['pay'] })
    child.info('charge', { metadata: { step: 1 }, tags: ['own'] })
    client.info('parent')
  })
  expect(await logs()).toMatchObject([
    {
      service: 'payments',
      environment: 'test',
      version: '1',
      metadata: { region: 'eu', module: 'pay', step: 1 },
      tags: ['pay', 'own'],
    },
    { service: 'shop', metadata: { region: 'eu', module: 'none' }, tags: ['global'] },
  ])
})

test('children of children inherit, and may override', async () => {
  const { client, logs } = inMemory({ service: 'shop' })
  const child = client.child({ service: 'payments', metadata: { a: 1, b: 1 }, tags: ['pay'] })
  const grandchild = child.child({ environment: 'canary', metadata: { b: 2 } })
  const last = grandchild.child({ version: '3', tags: ['last'] })
  last.info('deep')
  grandchild.info('middle')
  const [deep, middle] = await logs()
  expect(deep).toMatchObject({
    service: 'payments',
    environment: 'canary',
    version: '3',
    metadata: { a: 1, b: 2 },
    tags: ['last'],
  })
  expect(middle).toMatchObject({ service: 'payments', tags: ['pay'], metadata: { a: 1, b: 2 } })
  expect(middle?.version).toBeUndefined()
})

test('a child without tags of its own uses those of the request or the process', async () => {
  const { client, logs } = inMemory()
  client.withScope(() => {
    client.setTags(['global'])
    client.child({ service: 'x' }).info('child', { tags: ['own'] })
  })
  expect((await logs())[0]?.tags).toEqual(['global', 'own'])
})

test('all children share one batch', async () => {
  const { client, transport } = inMemory()
  let sends = 0
  const send = transport.send.bind(transport)
  transport.send = (request) => {
    sends++
    return send(request)
  }
  for (let n = 0; n < 10; n++) client.child({ service: `child-${n}` }).info('hello')
  await client.flush()
  expect(transport.logs).toHaveLength(10)
  expect(sends).toBe(1)
})

test('a child has timers, errors and children of its own', async () => {
  const { client, logs } = inMemory()
  const child = client.child({ service: 'jobs' })
  child.startTimer().end('done')
  child.timed('step', () => 1)
  child.captureException(new Error('boom'))
  expect((await logs()).map(({ service, message }) => [service, message])).toEqual([
    ['jobs', 'done'],
    ['jobs', 'step'],
    ['jobs', 'boom'],
  ])
})
