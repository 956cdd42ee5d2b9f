import { expect, test } from 'vitest'
import { LOG_ID_KEY, type Log } from '../../src/wire/log.js'
import { inMemory, warningsDuring } from './support.js'

test('each level has a function, and log takes the level as an argument', async () => {
  const { client, logs } = inMemory()
  for (const level of ['debug', 'info', 'warn', 'error', 'fatal'] as const) {
    client[level](`by ${level}`)
    client.log(level, `by log ${level}`)
  }
  const levels = (await logs()).map(({ level, message }) => `${message}: ${level}`)
  expect(levels).toEqual(
    ['debug', 'info', 'warn', 'error', 'fatal'].flatMap((level) => [
      `by ${level}: ${level}`,
      `by log ${level}: ${level}`,
    ]),
  )
})

test('a call returns the id of its log, and an empty string when the log was filtered out', async () => {
  const { client, logs } = inMemory({ minLevel: 'info', beforeSend: (log) => (log.tags ? null : log) })
  const id = client.info('kept')
  expect(client.debug('too low')).toBe('')
  expect(client.info('hooked', { tags: ['secret'] })).toBe('')
  expect((await logs()).map(({ metadata }) => metadata?.[LOG_ID_KEY])).toEqual([id])
  expect(client.stats().dropped).toEqual({ min_level: 1, before_send: 1 })
})

test('a log of a level that does not exist is dropped with one warning', async () => {
  const { client, logs } = inMemory()
  const ids: string[] = []
  const warnings = await warningsDuring(() => {
    // biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may do
    for (const level of ['loud', 'INFO', '', undefined, 3, {}] as any[]) ids.push(client.log(level, 'x'))
  })
  expect(ids).toEqual(['', '', '', '', '', ''])
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('LOGNITOR_INVALID_LEVEL')
  expect(await logs()).toEqual([])
  expect(client.stats()).toMatchObject({ written: 6, dropped: { invalid: 6 } })
})

test('every option of a log call has a wire field', async () => {
  const { client, logs } = inMemory()
  client.error('all of them', {
    metadata: { plan: 'pro', nested: { Keys: 'stay' } },
    tags: ['a', 'b'],
    user: { id: 7, email: 'ada@example.com', name: 'Ada', plan: 'pro' },
    request: {
      method: 'POST',
      url: 'https://shop.example/a?token=1&b=2',
      path: '/a',
      statusCode: 201,
      durationMs: 4.5,
      ip: '10.0.0.1',
      userAgent: 'curl',
    },
    perf: { durationMs: 1.5, memoryMb: 20, dbQueries: 3 },
    trace: { traceId: 'abc', spanId: 'def' },
    deploy: { commit: 'c0ffee', branch: 'main' },
    error: {
      type: 'T',
      message: 'told',
      stack: 'T: told',
      filename: '/a.js',
      lineNumber: 3,
      contextLine: 'x()',
    },
    action: 'user.signup',
    requestId: 'r1',
    sessionId: 's1',
    releaseId: 'rel',
    fingerprint: 'mine',
    breadcrumbs: [{ message: 'own', timestamp: new Date(0), data: { n: 1 } }],
    notify: true,
    notifyChannels: ['email', 'slack'],
    source: 'a.js:1',
    device: { model: 'X' },
  })
  const [log] = await logs()
  expect(log).toMatchObject({
    metadata: { plan: 'pro', nested: { Keys: 'stay' } },
    tags: ['a', 'b'],
    user: { id: '7', email: 'ada@example.com', name: 'Ada', plan: 'pro' },
    user_id: '7',
    request: {
      method: 'POST',
      url: 'https://shop.example/a?token=[SCRUBBED]&b=2',
      path: '/a',
      status_code: 201,
      duration_ms: 4.5,
      ip: '10.0.0.1',
      user_agent: 'curl',
    },
    perf: { duration_ms: 1.5, memory_mb: 20, dbQueries: 3 },
    trace: { trace_id: 'abc', span_id: 'def' },
    deploy: { commit: 'c0ffee', branch: 'main' },
    error: {
      type: 'T',
      message: 'told',
      stack: 'T: told',
      filename: '/a.js',
      line_number: 3,
      context_line: 'x()',
    },
    action: 'user.signup',
    request_id: 'r1',
    session_id: 's1',
    release_id: 'rel',
    fingerprint: 'mine',
    breadcrumbs: [
      {
        type: 'default',
        category: 'custom',
        message: 'own',
        level: 'info',
        timestamp: '1970-01-01T00:00:00.000Z',
        data: { n: 1 },
      },
    ],
    notify: true,
    notify_channels: ['email', 'slack'],
    source: 'a.js:1',
    device: { model: 'X' },
  } satisfies Partial<Log>)
})

test("a log's own beforeSend comes before the client's, and may drop the log", async () => {
  const seen: string[] = []
  const { client, logs } = inMemory({
    beforeSend: (log) => {
      seen.push(log.message)
      return { ...log, message: `${log.message}, then by the client` }
    },
  })
  client.info('seen', { beforeSend: (log) => ({ ...log, message: 'changed by the call' }) })
  client.info('dropped', { beforeSend: () => null })
  expect(seen).toEqual(['changed by the call'])
  expect((await logs()).map(({ message }) => message)).toEqual(['changed by the call, then by the client'])
})

test('the breadcrumb of a log line has the content that the hooks returned, and a dropped line leaves none', async () => {
  const { client, logs } = inMemory({
    beforeSend: (log) => ({ ...log, message: log.message.replace('hunter2', '***') }),
  })
  client.withScope(() => {
    client.info('password hunter2')
    client.info('card 4111', { beforeSend: (log) => ({ ...log, message: 'card ***', level: 'warn' }) })
    client.info('not to be seen', { beforeSend: () => null })
    client.error('refused')
  })
  const crumbs = (await logs()).at(-1)?.breadcrumbs?.map(({ message, level }) => `${level}: ${message}`)
  expect(crumbs).toEqual(['info: password ***', 'warn: card ***'])
})

test('a beforeSend that throws, or returns a promise, drops its log and is counted', async () => {
  const { client, logs } = inMemory()
  client.info('a', {
    beforeSend: () => {
      throw new Error('hook')
    },
  })
  // @ts-expect-error a hook has no time to wait
  client.info('b', { beforeSend: async (log) => log })
  expect(await logs()).toEqual([])
  expect(client.stats().dropped).toEqual({ before_send_error: 2 })
})

test('a log call returns before anything is sent', async () => {
  const { client, transport } = inMemory({ batchSize: 1 })
  const order: string[] = []
  const send = transport.send.bind(transport)
  transport.send = (request) => {
    order.push('sent')
    return send(request)
  }
  client.error('one', { error: new Error('one') })
  order.push('called')
  await client.flush()
  expect(order).toEqual(['called', 'sent'])
})

test('objects of the caller are neither changed nor shared', async () => {
  const { client, logs } = inMemory({ redactPatterns: ['email'] })
  const metadata = { to: 'ada@example.com', list: ['bob@example.com'] }
  const tags = ['a']
  client.setTags(tags)
  client.info('mail for ada@example.com', { metadata })
  metadata.to = 'changed later'
  tags.push('later')
  expect(await logs()).toMatchObject([
    { message: 'mail for [REDACTED]', metadata: { to: '[REDACTED]', list: ['[REDACTED]'] }, tags: ['a'] },
  ])
  expect(metadata.list).toEqual(['bob@example.com'])
  client.setTags()
})

test('the methods work without this', async () => {
  const { client, logs } = inMemory()
  const { info, captureException, startTimer, child, flush } = client
  info('taken off')
  await Promise.reject(new Error('caught')).catch(captureException)
  startTimer().end('timed')
  child({ service: 's' }).warn('child')
  await flush()
  expect((await logs()).map(({ message }) => message)).toEqual(['taken off', 'caught', 'timed', 'child'])
})

test('an error in the place of the options, or of the message, is the error of the log', async () => {
  const { client, logs } = inMemory()
  // @ts-expect-error a slip that JavaScript does not notice
  client.error('Payment failed', new TypeError('declined'))
  // @ts-expect-error another
  client.error(new RangeError('too far'))
  expect(await logs()).toMatchObject([
    { message: 'Payment failed', error: { type: 'TypeError', message: 'declined' } },
    { message: 'too far', error: { type: 'RangeError', message: 'too far' } },
  ])
})

test('a log without a message gets a placeholder', async () => {
  const { client, logs } = inMemory()
  client.info('')
  // @ts-expect-error nothing at all
  client.info()
  // @ts-expect-error anything else
  client.info({ order: 7 })
  expect((await logs()).map(({ message }) => message)).toEqual([
    '(no message)',
    '(no message)',
    '{"order":7}',
  ])
})

test('captureCallerInfo gives file and line of the call, for every kind of call', async () => {
  const { client, logs } = inMemory({ captureCallerInfo: true })
  const child = client.child()
  const here = new Error().stack?.split('\n')[1]?.match(/calls\.test\.ts:(\d+)/)?.[1]
  client.info('a')
  client.log('info', 'b')
  child.warn('c')
  client.captureException(new Error('d'))
  client.startTimer().end('e')
  client.timed('f', () => 1)
  await client.timed('g', async () => 1)
  client.info('h', { source: 'elsewhere.js:1' })
  const sources = (await logs()).map(({ source }) => source)
  const expected = Array.from({ length: 7 }, (_, n) => `${import.meta.filename}:${Number(here) + 1 + n}`)
  expect(sources).toEqual([...expected, 'elsewhere.js:1'])
})

test('without captureCallerInfo no stack is read', async () => {
  const { client, logs } = inMemory()
  client.info('a')
  expect((await logs())[0]).not.toHaveProperty('source')
})
