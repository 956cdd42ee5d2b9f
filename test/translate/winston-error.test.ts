import { expect, test } from 'vitest'
import { translateLogRecord } from '../../src/translate/log-record.js'
import { logRecord } from './support.js'

const STACK = 'TypeError: kaputt\n    at app.js:1:1'
const CAUSE = { name: 'Error', message: 'root', stack: 'Error: root\n    at app.js:2:2' }

function translate(attributes: Record<string, unknown>) {
  const instrumentationScope = { name: '@opentelemetry/winston-transport' }
  return translateLogRecord(
    logRecord({ body: 'failed', severityNumber: 17, instrumentationScope, attributes }),
    {},
  )
}

const EXCEPTION = {
  'exception.type': 'E_KAPUTT',
  'exception.message': 'kaputt',
  'exception.stacktrace': STACK,
}

test('what winston says twice of an error is said once', () => {
  const log = translate({ ...EXCEPTION, code: 'E_KAPUTT', stack: STACK, limit: 3 })
  expect(log.error).toMatchObject({ type: 'TypeError', message: 'kaputt', stack: STACK })
  expect(log.metadata).toEqual({
    'error.code': 'E_KAPUTT',
    limit: 3,
    'otel.scope.name': '@opentelemetry/winston-transport',
  })
})

test.each([
  ['among the line’s own fields', { cause: CAUSE }],
  [
    'beside the error',
    {
      'error.cause.type': CAUSE.name,
      'error.cause.message': CAUSE.message,
      'error.cause.stacktrace': CAUSE.stack,
    },
  ],
])('a cause %s comes to where causes are', (_where, attributes) => {
  const { metadata } = translate({ ...EXCEPTION, ...attributes })
  expect(metadata).toEqual({
    'error.code': 'E_KAPUTT',
    'error.causes': [{ type: 'Error', message: 'root', stack: CAUSE.stack }],
    'otel.scope.name': '@opentelemetry/winston-transport',
  })
})

test('fields that only look alike stay', () => {
  const { metadata } = translate({ ...EXCEPTION, stack: 'another', code: 7, cause: 'bad luck' })
  expect(metadata).toMatchObject({ stack: 'another', code: 7, cause: 'bad luck' })
})

test('a line without an error keeps its fields, whatever they are called', () => {
  const { metadata, error } = translate({ stack: STACK, cause: CAUSE, code: 'E' })
  expect(error).toBeUndefined()
  expect(metadata).toMatchObject({ stack: STACK, cause: CAUSE, code: 'E' })
})
