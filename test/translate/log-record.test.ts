import { describe, expect, it } from 'vitest'
import { translateLogRecord } from '../../src/translate/log-record.js'
import type { LogRecordLike } from '../../src/translate/otel.js'
import type { Log } from '../../src/wire/log.js'
import { logRecord, NOON, SPAN_ID, TRACE_ID } from './support.js'

const translate = (given: Partial<LogRecordLike>): Log => translateLogRecord(logRecord(given), {}, () => 1000)

const STACK = 'Error: connect ECONNREFUSED\n    at connect (node:net:1:1)\n    at load (/app/load.js:3:9)'

class Money {
  amount = 5
  get currency(): string {
    return 'EUR'
  }
}

it('of attributes together no more is taken than a log can hold', () => {
  const values = Array(20_000).fill(1)
  const names = Array.from({ length: 200 }, (_, index) => [`a${index}`, `lognitor.device.d${index}`]).flat()
  const { metadata, device } = translate({
    attributes: Object.fromEntries([...names.map((name) => [name, values]), ['last', 'text']]),
  })
  const taken = [...Object.values(metadata ?? {}), ...Object.values(device ?? {})]
  const count = taken.reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 0)
  expect(count).toBeGreaterThan(120_000)
  expect(count).toBeLessThan(140_000)
  expect(metadata).toMatchObject({ a0: values, last: 'text', a199: '[Truncated]' })
})

describe('the message of a log record', () => {
  const cyclic: Record<string, unknown> = { name: 'c' }
  cyclic.self = cyclic

  it.each<[string, unknown, string, unknown?]>([
    ['a text', 'paid', 'paid'],
    ['a map with a message', { message: 'paid', a: 1 }, 'paid', { message: 'paid', a: 1 }],
    ['a map with a msg', { msg: 'paid', a: 1 }, 'paid', { msg: 'paid', a: 1 }],
    ['a map without', { a: 1 }, '{"a":1}', { a: 1 }],
    ['a map whose message is none', { message: { a: 1 } }, '{"message":{"a":1}}', { message: { a: 1 } }],
    ['a list', [1, 'b'], '[1,"b"]', [1, 'b']],
    ['a number', 42, '42'],
    ['false', false, 'false'],
    ['a big integer', 9007199254740993n, '9007199254740993'],
    ['bytes', new Uint8Array([104, 105]), 'aGk='],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a cycle', cyclic, '{"name":"c","self":"[Circular]"}', { name: 'c', self: '[Circular]' }],
    ['a class instance', new Money(), '{"amount":5}', { amount: 5 }],
    ['a Map', new Map([['msg', 'paid']]), 'paid', { msg: 'paid' }],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    [
      'a getter that throws',
      {
        get secret() {
          throw new Error('no')
        },
      },
      '{"secret":"[Throws: no]"}',
      { secret: '[Throws: no]' },
    ],
  ])('is made of a body that is %s', (_, body, message, structure?) => {
    const log = translate({ body })
    expect(log.message).toBe(message)
    expect(log.metadata).toStrictEqual(structure === undefined ? undefined : { body: structure })
  })

  it('is bounded when it is the JSON of a structure, which itself stays whole', () => {
    const body = { text: 'x'.repeat(10_000) }
    const log = translate({ body })
    expect(log.message).toHaveLength(2001)
    expect(log.metadata).toStrictEqual({ body })
  })

  it('is a text of ten megabytes when that is the body', () => {
    const body = 'x'.repeat(10_000_000)
    expect(translate({ body }).message).toBe(body)
  })

  it('is the exception message without a body, else the name of the event, else says that there is none', () => {
    const attributes = { 'exception.message': 'boom' }
    expect(translate({ attributes, eventName: 'e' }).message).toBe('boom')
    expect(translate({ eventName: 'user.signup' }).message).toBe('user.signup')
    expect(translate({ eventName: 'e', attributes: { 'exception.type': 'T' } }).message).toBe('e')
    expect(translate({ attributes: { 'exception.type': 'T' } }).message).toBe('Unknown error')
    expect(translate({ attributes: { 'event.name': 'user.signup' } }).message).toBe('user.signup')
    expect(translate({}).message).toBe('(no message)')
    expect(translate({ body: '' }).message).toBe('(no message)')
    expect(translate({ body: null }).message).toBe('(no message)')
  })
})

describe('a body that is an Error', () => {
  it('gives message and error, with its causes', () => {
    const body = Object.assign(new TypeError('boom', { cause: new Error('inner') }), { code: 'E_BOOM' })
    const log = translate({ body })
    expect(log).toMatchObject({
      level: 'error',
      message: 'boom',
      error: { type: 'TypeError', message: 'boom' },
    })
    expect(log.error?.stack).toContain('[cause]: Error: inner')
    expect(log.metadata).toMatchObject({
      'error.code': 'E_BOOM',
      'error.causes': [{ type: 'Error', message: 'inner' }],
      body: { type: 'TypeError', message: 'boom', code: 'E_BOOM' },
    })
  })
})

describe('the level of a log record', () => {
  it('is error for an exception whose record names no severity', () => {
    expect(translate({ attributes: { 'exception.type': 'E' } }).level).toBe('error')
    expect(translate({ attributes: { 'exception.type': 'E' }, severityNumber: 13 }).level).toBe('warn')
    expect(translate({ attributes: { 'exception.message': 'e' } }).level).toBe('info')
  })

  it('keeps a severity text of the user’s own making', () => {
    const log = translate({ severityNumber: 9, severityText: 'AUDIT' })
    expect(log).toMatchObject({ level: 'info', metadata: { severity_text: 'AUDIT' } })
    expect(translate({ severityNumber: 17, severityText: 'ERROR' }).metadata).toBeUndefined()
  })
})

describe('the time of a log record', () => {
  it.each<[string, Partial<LogRecordLike>, string]>([
    ['its own', { hrTime: NOON }, '2026-11-23T10:00:00.123Z'],
    ['when it was observed', { hrTime: [0, 0], hrTimeObserved: NOON }, '2026-11-23T10:00:00.123Z'],
    ['now', { hrTime: [0, 0], hrTimeObserved: [0, 0] }, '1970-01-01T00:00:01.000Z'],
    ['now for nonsense', { hrTime: [Number.NaN, 1], hrTimeObserved: [1e300, 0] }, '1970-01-01T00:00:01.000Z'],
  ])('is %s', (_, given, timestamp) => {
    expect(translate(given).timestamp).toBe(timestamp)
  })
})

describe('the trace of a log record', () => {
  it.each([
    [TRACE_ID, SPAN_ID, { trace_id: TRACE_ID, span_id: SPAN_ID }],
    [TRACE_ID, '0'.repeat(16), { trace_id: TRACE_ID }],
    ['0'.repeat(32), SPAN_ID, undefined],
    ['not an id', SPAN_ID, undefined],
    ['z'.repeat(32), SPAN_ID, undefined],
  ])('of %s and %s', (traceId, spanId, trace) => {
    expect(translate({ spanContext: { traceId, spanId } }).trace).toStrictEqual(trace)
  })

  it('has the ids of its own record, whichever were valid in the one before', () => {
    const traces = [
      { traceId: TRACE_ID, spanId: SPAN_ID },
      { traceId: TRACE_ID, spanId: '' },
      { traceId: '', spanId: SPAN_ID },
      { traceId: SPAN_ID, spanId: TRACE_ID },
      { traceId: 'a'.repeat(32), spanId: SPAN_ID },
    ].map((spanContext) => translate({ spanContext }).trace)
    expect(traces).toStrictEqual([
      { trace_id: TRACE_ID, span_id: SPAN_ID },
      { trace_id: TRACE_ID },
      undefined,
      undefined,
      { trace_id: 'a'.repeat(32), span_id: SPAN_ID },
    ])
  })

  it('is that of lognitor.trace when one is given, and never a mixture', () => {
    const spanContext = { traceId: TRACE_ID, spanId: SPAN_ID }
    expect(translate({ spanContext, attributes: { 'lognitor.trace.trace_id': 't' } }).trace).toStrictEqual({
      trace_id: 't',
    })
    expect(translate({ spanContext, attributes: { 'lognitor.trace.span_id': 's' } }).trace).toStrictEqual({
      trace_id: TRACE_ID,
      span_id: 's',
    })
  })
})

describe('the error of a log record', () => {
  it('is made by a type or a stack at any severity', () => {
    const error = { type: 'TypeError', message: 'Unknown error' }
    expect(translate({ severityNumber: 9, attributes: { 'exception.type': 'TypeError' } }).error).toEqual(
      error,
    )
    expect(translate({ severityNumber: 9, attributes: { 'exception.stacktrace': STACK } }).error).toEqual({
      type: 'Error',
      message: 'connect ECONNREFUSED',
      stack: STACK,
      filename: '/app/load.js',
      line_number: 3,
    })
  })

  it('is made by a message alone only from severity 17 on', () => {
    const attributes = { 'exception.message': 'bob' }
    expect(translate({ body: 'hello bob', severityNumber: 9, attributes })).toMatchObject({
      level: 'info',
      metadata: attributes,
    })
    expect(translate({ severityNumber: 9, attributes }).error).toBeUndefined()
    expect(translate({ severityNumber: 17, attributes }).error).toEqual({ type: 'Error', message: 'bob' })
    expect(translate({ severityText: 'fatal', attributes }).error).toEqual({ type: 'Error', message: 'bob' })
  })

  it('is not made by severity alone', () => {
    expect(translate({ severityNumber: 21, body: 'going down' })).toMatchObject({ level: 'fatal' })
    expect(translate({ severityNumber: 21, body: 'going down' }).error).toBeUndefined()
  })

  it('takes the class from the stack where the SDK wrote the code', () => {
    const attributes = {
      'exception.type': 'ECONNREFUSED',
      'exception.message': 'connect ECONNREFUSED',
      'exception.stacktrace': STACK,
    }
    const log = translate({ attributes })
    expect(log.error).toMatchObject({ type: 'Error', message: 'connect ECONNREFUSED' })
    expect(log.metadata).toStrictEqual({ 'error.code': 'ECONNREFUSED' })
  })

  it.each(['err', 'error'])('comes from the %s object of an older bridge, whose other fields stay', (key) => {
    const value = { type: 'TypeError', message: 'boom', stack: STACK, code: 'E', statusCode: 500 }
    const log = translate({ severityNumber: 17, body: 'failed', attributes: { [key]: value } })
    expect(log.error).toMatchObject({ type: 'TypeError', message: 'boom', stack: STACK, line_number: 3 })
    expect(log.metadata).toStrictEqual({ 'error.code': 'E', [key]: { statusCode: 500 } })
  })

  it('takes the name of a bridge’s object where it has no type', () => {
    const err = { name: 'TypeError', message: 'boom' }
    const log = translate({ severityNumber: 9, attributes: { err } })
    expect(log).toMatchObject({ level: 'info', error: { type: 'TypeError', message: 'boom' } })
    expect(log.metadata).toBeUndefined()
  })

  it('leaves a bridge’s object without message and stack where it is', () => {
    const attributes = { error: { code: 'E_X' } }
    const log = translate({ severityNumber: 17, attributes })
    expect(log.error).toBeUndefined()
    expect(log.metadata).toStrictEqual(attributes)
  })

  it('comes from an Error among the attributes', () => {
    const err = Object.assign(new RangeError('too far', { cause: 'speed' }), { limit: 3 })
    const log = translate({ attributes: { err } })
    expect(log.error).toMatchObject({ type: 'RangeError', message: 'too far' })
    expect(log.metadata).toStrictEqual({
      'error.causes': [{ type: 'Error', message: 'speed' }],
      err: { limit: 3 },
    })
  })

  it('is the exception’s when there are several, and the others stay', () => {
    const attributes = { 'exception.type': 'A', err: { type: 'B', message: 'b' } }
    const log = translate({ attributes, body: new Error('c') })
    expect(log.error?.type).toBe('A')
    expect(log.metadata).toMatchObject({ err: { type: 'B', message: 'b' }, body: { message: 'c' } })
  })
})

describe('what else a log record says', () => {
  it('names its scope, and counts what the SDK dropped', () => {
    const log = translate({
      instrumentationScope: { name: 'pino', version: '1', attributes: { team: 'a' } },
      droppedAttributesCount: 3,
    })
    expect(log.metadata).toStrictEqual({
      'otel.scope.name': 'pino',
      'otel.scope.attributes': { team: 'a' },
      'otel.dropped_attributes_count': 3,
    })
  })

  it('is the name of its event, current before older', () => {
    expect(translate({ eventName: 'user.signup' }).action).toBe('user.signup')
    const log = translate({ eventName: 'new', attributes: { 'event.name': 'old' } })
    expect(log).toMatchObject({ action: 'new', metadata: { 'event.name': 'old' } })
    const own = translate({ eventName: 'new', attributes: { 'lognitor.action': 'own' } })
    expect(own).toMatchObject({ action: 'own', metadata: { 'event.name': 'new' } })
  })

  it('has no action where Rust names an event by its place in the code', () => {
    const log = translate({ body: 'hello', eventName: 'event src/main.rs:12' })
    expect(log).not.toHaveProperty('action')
    expect(log.metadata).toMatchObject({ 'event.name': 'event src/main.rs:12' })
    expect(log.source).toBe('src/main.rs:12')
    const attributes = { 'code.file.path': '/build/src/main.rs', 'code.line.number': 12 }
    const withCode = translate({ body: 'hello', eventName: 'event src/main.rs:12', attributes })
    expect(withCode.source).toBe('/build/src/main.rs:12')
    expect(translate({ eventName: 'event of the year: 12' }).action).toBe('event of the year: 12')
  })

  it('wins over its resource', () => {
    const resource = {
      service: 'shop',
      hostname: 'h',
      deploy: { commit: 'c', branch: 'b' },
      metadata: { 'k8s.pod.name': 'p', 'cloud.region': 'r' },
    }
    const attributes = { 'lognitor.service': 'pay', 'lognitor.deploy.commit': 'd', 'cloud.region': 'own' }
    expect(translateLogRecord(logRecord({ attributes }), resource)).toMatchObject({
      service: 'pay',
      hostname: 'h',
      deploy: { commit: 'd', branch: 'b' },
      metadata: { 'k8s.pod.name': 'p', 'cloud.region': 'own' },
    })
    expect(resource.metadata).toStrictEqual({ 'k8s.pod.name': 'p', 'cloud.region': 'r' })
  })

  it('makes room for a field of our own that an attribute is named like', () => {
    const log = translate({ body: { a: 1 }, attributes: { body: 'mine', 'otel.scope.name': 'x' } })
    expect(log.metadata).toStrictEqual({ 'otel.scope.name': 'x', 'attributes.body': 'mine', body: { a: 1 } })
  })

  it('comes in the order of the wire, whatever came first', () => {
    const attributes = { 'lognitor.tags': ['a'], 'user.id': 'u', x: 1, 'lognitor.service': 's' }
    const log = translate({ attributes, eventName: 'e', spanContext: { traceId: TRACE_ID, spanId: SPAN_ID } })
    expect(Object.keys(log)).toEqual(
      'level message timestamp service user user_id action metadata tags trace'.split(' '),
    )
  })
})
