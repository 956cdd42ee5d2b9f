import type { LogRecord } from '@opentelemetry/api-logs'
import type { LogOptions } from '../../src/client/log-options.js'
import type { Level } from '../../src/wire/level.js'
import type { Log } from '../../src/wire/log.js'

/** One thing that happened, as each kind of entry point is told of it, and the one wire log it has to become. */
export interface Case {
  readonly name: string
  /** To OpenTelemetry's Logs API. */
  readonly record: LogRecord
  /** To the companion client; absent where it has no such call. */
  readonly call?: { readonly level: Level; readonly message: string; readonly options?: LogOptions }
  /** To a span's `recordException`, where it is an exception. */
  readonly exception?: Error
  readonly expected: Partial<Log>
}

const declined = Object.assign(new Error('card declined'), {
  name: 'CardError',
  stack: 'CardError: card declined\n    at pay (/app/pay.js:10:3)\n    at node:internal/main:1:1',
})

export const CASES: readonly Case[] = [
  {
    name: 'a plain line',
    record: { severityNumber: 9, body: 'order placed' },
    call: { level: 'info', message: 'order placed' },
    expected: { level: 'info', message: 'order placed' },
  },
  {
    name: 'a line with fields',
    record: {
      severityNumber: 5,
      body: 'cache miss',
      attributes: { key: 'user:123', tries: 2, list: ['a', 'b'] },
    },
    call: {
      level: 'debug',
      message: 'cache miss',
      options: { metadata: { key: 'user:123', tries: 2, list: ['a', 'b'] } },
    },
    expected: {
      level: 'debug',
      message: 'cache miss',
      metadata: { key: 'user:123', tries: 2, list: ['a', 'b'] },
    },
  },
  {
    name: 'everything a log can say',
    record: {
      severityNumber: 13,
      body: 'limit near',
      attributes: {
        'user.id': 'u1',
        'user.email': 'ada@example.com',
        'session.id': 's1',
        'request.id': 'r1',
        'event.name': 'api.limit',
        'http.request.method': 'GET',
        'url.full': 'https://shop.example/a?token=abc&page=2',
        'http.response.status_code': 200,
        'lognitor.tags': ['limits'],
        'lognitor.notify': true,
        'lognitor.notify_channels': ['ops'],
        'lognitor.perf.duration_ms': 12.5,
        'lognitor.perf.rows': 3,
        'vcs.ref.head.revision': 'a1b2',
        'device.model.name': 'Pixel',
        'code.file.path': '/app/limits.js',
        'code.line.number': 7,
      },
    },
    call: {
      level: 'warn',
      message: 'limit near',
      options: {
        user: { id: 'u1', email: 'ada@example.com' },
        sessionId: 's1',
        requestId: 'r1',
        action: 'api.limit',
        request: {
          method: 'GET',
          url: 'https://shop.example/a?token=abc&page=2',
          statusCode: 200,
        },
        tags: ['limits'],
        notify: true,
        notifyChannels: ['ops'],
        perf: { durationMs: 12.5, rows: 3 },
        metadata: { 'vcs.ref.head.revision': 'a1b2' },
        device: { 'model.name': 'Pixel' },
        source: '/app/limits.js:7',
      },
    },
    expected: {
      level: 'warn',
      message: 'limit near',
      user: { id: 'u1', email: 'ada@example.com' },
      user_id: 'u1',
      session_id: 's1',
      request_id: 'r1',
      action: 'api.limit',
      request: {
        method: 'GET',
        url: 'https://shop.example/a?token=[SCRUBBED]&page=2',
        status_code: 200,
      },
      tags: ['limits'],
      notify: true,
      notify_channels: ['ops'],
      perf: { duration_ms: 12.5, rows: 3 },
      metadata: { 'vcs.ref.head.revision': 'a1b2' },
      device: { 'model.name': 'Pixel' },
      source: '/app/limits.js:7',
    },
  },
  {
    name: 'an exception',
    record: {
      severityNumber: 17,
      body: 'card declined',
      attributes: {
        'exception.type': 'CardError',
        'exception.message': 'card declined',
        'exception.stacktrace': declined.stack as string,
      },
    },
    call: { level: 'error', message: 'card declined', options: { error: declined } },
    exception: declined,
    expected: {
      level: 'error',
      message: 'card declined',
      error: {
        type: 'CardError',
        message: 'card declined',
        stack: declined.stack as string,
        filename: '/app/pay.js',
        line_number: 10,
      },
    },
  },
  {
    name: 'the end of it all',
    record: { severityNumber: 21, body: 'database gone' },
    call: { level: 'fatal', message: 'database gone' },
    expected: { level: 'fatal', message: 'database gone' },
  },
  {
    name: 'secrets in the text',
    record: {
      severityNumber: 9,
      body: 'mail ada@example.com',
      attributes: { note: { card: '4111 1111 1111 1111' } },
    },
    call: {
      level: 'info',
      message: 'mail ada@example.com',
      options: { metadata: { note: { card: '4111 1111 1111 1111' } } },
    },
    expected: { level: 'info', message: 'mail [REDACTED]', metadata: { note: { card: '[REDACTED]' } } },
  },
  {
    name: 'a map for a body',
    record: { severityNumber: 9, body: { message: 'structured', order: { id: 5 } } },
    expected: {
      level: 'info',
      message: 'structured',
      metadata: { body: { message: 'structured', order: { id: 5 } } },
    },
  },
  {
    name: 'a severity in words',
    record: { severityText: 'Critical', body: 'words' },
    expected: { level: 'fatal', message: 'words' },
  },
  {
    name: 'numbers beyond the exact, bytes, and nothing',
    record: {
      severityNumber: 9,
      body: 'odd values',
      attributes: { bytes: new Uint8Array([1, 2, 3]), nan: Number.NaN },
    },
    expected: { level: 'info', message: 'odd values', metadata: { bytes: 'AQID', nan: 'NaN' } },
  },
]
