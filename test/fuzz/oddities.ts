import { inspect } from 'node:util'

/** Values that have broken loggers, by name. Each call makes a new one. */
export const ODDITIES: Readonly<Record<string, () => unknown>> = {
  'a symbol': () => Symbol('s'),
  'a symbol with half a pair': () => Symbol('\udfff'),
  'a large bigint': () => 2n ** 70n,
  'an endless bigint': once(() => -(2n ** 20_000n)),
  NaN: () => Number.NaN,
  '-0': () => -0,
  Infinity: () => Number.POSITIVE_INFINITY,
  'an unsafe integer': () => 2 ** 53 + 2,
  'an invalid date': () => new Date(Number.NaN),
  'the last date': () => new Date(8.64e15),
  'the last instant': () => 8.64e15,
  'a year of six digits': () => '+275760-09-13T00:00:00.000Z',
  'half a pair': () => '\ud83d',
  'half a pair in the middle': () => 'half a pair \udc00 in the middle',
  'control characters': () => '\u0000\u001b[2J\u2028\u202e',
  'a long text': once(() => 'x'.repeat(8000)),
  'a text of pairs': () => `a${'😀'.repeat(300)}`,
  'a function that throws': () => () => throwing(),
  'a class': () => class Evil {},
  'a frozen object': () => Object.freeze({ frozen: Object.freeze([1, { deeper: Object.freeze({}) }]) }),
  'an object without prototype': () => Object.create(null, { x: { value: 1, enumerable: true } }),
  'ten thousand objects deep': once(() => deep(10_000, (inner) => ({ inner }))),
  'ten thousand lists deep': once(() => deep(10_000, (inner) => [inner])),
  'fifteen hundred keys wide': once(() =>
    Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`k${n}`, n])),
  ),
  'fifteen hundred items long': once(() => Array.from({ length: 1500 }, (_, n) => n)),
  'a list of holes': () => new Array(4_000_000_000),
  'a list with methods of its own': () =>
    Object.assign([1, 2], { slice: () => throwing(), map: () => throwing() }),
  'a list with an evil species': () => new EvilList(),
  'a cycle': cycle,
  'a map with odd keys': () =>
    new Map<unknown, unknown>([
      [cycle(), 2],
      ['__proto__', { polluted: true }],
      [1, 'a'],
      ['1', 'b'],
    ]),
  'a set of odd things': () => new Set([cycle(), Symbol('in a set'), new Set([1n])]),
  'a map without a size': () => Object.defineProperty(new Map([['a', 1]]), 'size', { get: () => throwing() }),
  'a weak map': () => new WeakMap(),
  'bytes that are no text': () => new Uint8Array([0xff, 0xfe, 0x00]),
  'bytes that are text': () => Buffer.from('bob@example.com'),
  floats: () => new Float64Array([Number.NaN, 1, Number.NEGATIVE_INFINITY]),
  bigints: () => new BigUint64Array([2n ** 63n]),
  'a data view': () => new DataView(new ArrayBuffer(3)),
  'shared memory': () => new SharedArrayBuffer(4),
  'memory that is gone': detached,
  'a RegExp': () => /(a+)+$/g,
  'a boxed bigint': () => Object(1n),
  'a boxed symbol': () => Object(Symbol('boxed')),
  'a boxed text': () => Object('boxed \ud800'),
  'a proxy that throws': () => new Proxy({}, { get: () => throwing(), ownKeys: () => throwing() }),
  'a proxy list that throws': () => new Proxy([], { get: () => throwing() }),
  'a proxy function that throws': () =>
    new Proxy(() => {}, { get: () => throwing(), apply: () => throwing() }),
  'a proxy without prototype': () => new Proxy(new Error('proxied'), { getPrototypeOf: () => throwing() }),
  'a proxy that makes things up': () =>
    new Proxy(
      {},
      {
        ownKeys: () => ['a', 'b'],
        getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: 1 }),
      },
    ),
  'a list with a bigint for length': () => lyingList(5n),
  'a list that says it is endless': () => lyingList(1e15),
  'a revoked object': () => revoked({}),
  'a revoked list': () => revoked([]),
  'a revoked function': () => revoked(() => {}),
  'getters that throw': once(getters),
  'a then that throws when read': () =>
    Object.defineProperty({}, 'then', { enumerable: true, get: () => throwing() }),
  'a then that throws when called': () => thenable(() => throwing()),
  'a thenable that rejects': () => thenable((_, reject) => reject('thenable')),
  'a toJSON that throws': () => ({ toJSON: () => throwing() }),
  'a toJSON of nothing': () => ({ toJSON: () => undefined }),
  'a toJSON without end': endlessToJson,
  'what makes no text': () => ({ toString: 1, valueOf: 2 }),
  'what throws as a text': () => ({
    toString: () => throwing(),
    [Symbol.toPrimitive]: () => throwing(),
  }),
  'what throws when inspected': () => ({ [inspect.custom]: () => throwing() }),
  'what throws when iterated': () => ({
    [Symbol.iterator]: () => throwing(),
    [Symbol.toStringTag]: 5,
  }),
  'keys of prototypes': () =>
    JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}}}'),
  'an error with a cycle for cause': () => new Error('plain', { cause: cycle() }),
  'an error of several': () => new AggregateError([new Error('one'), null, revoked({})], 'several'),
  'an error with parts of a wrong kind': () =>
    Object.assign(new Error('named'), { name: Symbol('name'), stack: 5, code: {}, cause: getters() }),
  'an error without a readable message': () =>
    Object.defineProperty(new Error('guarded'), 'message', { get: () => throwing() }),
  'an error without a readable stack': () =>
    Object.defineProperty(new Error('guarded'), 'stack', { get: () => throwing() }),
  'an error that is its own cause': selfCause,
  'an error that never was made': () => Object.create(Error.prototype),
  'an error without a readable name': () => new Nameless('custom'),
  'a URL': () => new URL('https://user:pw@example.com/?token=abc#frag'),
  'the global object': () => globalThis,
}

/** Keys with a meaning for the language, JSON, promises, this package or the service. */
export const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'toJSON',
  'then',
  'hasOwnProperty',
  'length',
  'message',
  'msg',
  'name',
  'type',
  'stack',
  'cause',
  'errors',
  'code',
  'id',
  'email',
  'url',
  'timestamp',
  'level',
  'data',
  'err',
  'error',
  'log.record.uid',
  'exception.type',
  'exception.message',
  'exception.stacktrace',
  'http.request.method',
  'http.response.status_code',
  'url.full',
  'session.id',
  'request_id',
  'code.line.number',
  'lognitor.tags',
  'lognitor.user',
  'lognitor.timestamp',
  'lognitor.trace.trace_id',
  'lognitor.error.line_number',
  'lognitor.request.status_code',
  'lognitor.perf.x',
  'lognitor.breadcrumbs',
  'statusCode',
  'status_code',
  'durationMs',
  'lineNumber',
  'line_number',
  'traceId',
  'spanId',
  'preContext',
  'perf',
  'request',
  'lognitor',
  '\ud800',
  '',
]

/** Costly to make, and shared by all cases: other tests find what would change it. */
function once(make: () => unknown): () => unknown {
  let made: unknown
  let isMade = false
  return () => {
    if (!isMade) made = make()
    isMade = true
    return made
  }
}

const HOSTILE = new Error('hostile')

/** Throws the same error each time, because creating one costs more than the rest of a case. */
export function throwing(): never {
  throw HOSTILE
}

function thenable(then: (resolve: unknown, reject: (why: unknown) => void) => void): object {
  return Object.fromEntries([['then', then]])
}

class EvilList extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return throwing()
  }
}

class Nameless extends Error {
  override get name(): string {
    return throwing()
  }
}

function deep(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 'bottom'
  for (let level = 0; level < levels; level++) value = wrap(value)
  return value
}

function cycle(): object {
  const self: Record<string, unknown> = { name: 'cycle' }
  self.self = self
  self.list = [self]
  return self
}

function selfCause(): Error {
  const error = new Error('its own cause')
  error.cause = error
  return error
}

function revoked<T extends object>(target: T): T {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

function lyingList(length: unknown): unknown {
  return new Proxy([], {
    get: (target, key) => (key === 'length' ? length : Reflect.get(target, key)),
  })
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}

function endlessToJson(): object {
  return { toJSON: () => endlessToJson() }
}

function getters(): object {
  const armed = {}
  const options = [
    'user',
    'metadata',
    'tags',
    'perf',
    'request',
    'breadcrumbs',
    'beforeSend',
    'eventId',
    'version',
  ]
  for (const key of [...KEYS, ...options]) {
    const get = () => throwing()
    Object.defineProperty(armed, key, { enumerable: true, configurable: true, get })
  }
  return armed
}
