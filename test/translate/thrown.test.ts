import { inspect } from 'node:util'
import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeThrown } from '../../src/translate/thrown.js'

class OrderError extends Error {}

class NamedError extends Error {
  override name = 'PaymentError'
}

const hostile = new Error('x')
// The stack first: V8 writes it when it is replaced, and reads name and message for that.
for (const key of ['stack', 'name', 'message', 'cause', 'code', 'constructor']) {
  Object.defineProperty(hostile, key, {
    get() {
      throw new Error('no')
    },
  })
}

const wall = new Proxy(
  {},
  {
    get() {
      throw new Error('no')
    },
    getPrototypeOf() {
      throw new Error('no')
    },
  },
)

function systemError(): unknown {
  try {
    Buffer.alloc('x' as unknown as number)
  } catch (error) {
    return error
  }
  return undefined
}

describe('a thrown value', () => {
  it.each<[string, () => unknown, string, string]>([
    ['an Error', () => new Error('boom'), 'Error', 'boom'],
    ['a built-in class', () => new TypeError('boom'), 'TypeError', 'boom'],
    ['a class of one’s own', () => new OrderError('boom'), 'OrderError', 'boom'],
    ['a name of one’s own', () => new NamedError('boom'), 'PaymentError', 'boom'],
    ['an Error without message', () => new Error(), 'Error', 'Unknown error'],
    ['an Error of another realm', () => vm.runInNewContext('new RangeError("boom")'), 'RangeError', 'boom'],
    ['a DOMException', () => new DOMException('boom', 'AbortError'), 'AbortError', 'boom'],
    [
      'an error of Node’s',
      systemError,
      'TypeError',
      expect.stringContaining('must be of type number') as string,
    ],
    ['a text', () => 'boom', 'Error', 'boom'],
    ['an empty text', () => '', 'Error', 'Unknown error'],
    ['a number', () => 42, 'Error', '42'],
    ['a big integer', () => 42n, 'Error', '42'],
    ['a symbol', () => Symbol('s'), 'Error', 'Symbol(s)'],
    ['null', () => null, 'Error', 'Unknown error'],
    ['undefined', () => undefined, 'Error', 'Unknown error'],
    ['a frozen object', () => Object.freeze({ name: 'Oops', message: 'boom' }), 'Oops', 'boom'],
    ['an object without message', () => ({ a: 1 }), 'Error', 'Unknown error'],
    ['a function', () => () => {}, 'Error', 'Unknown error'],
    ['an Error whose getters throw', () => hostile, 'Error', 'Unknown error'],
    ['a Proxy that throws', () => wall, 'Error', 'Unknown error'],
    ['a Proxy of an Error', () => new Proxy(new TypeError('boom'), {}), 'TypeError', 'boom'],
  ])('is described when it is %s', (_, thrown, type, message) => {
    expect(describeThrown(thrown()).error).toMatchObject({ type, message })
  })

  it('says where in the application it arose', () => {
    const { error } = describeThrown(new Error('boom'))
    expect(error.filename).toMatch(/thrown\.test\.ts$/)
    expect(error.line_number).toBeGreaterThan(1)
  })

  it('has its code apart from its type', () => {
    expect(describeThrown(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toMatchObject({
      error: { type: 'Error' },
      code: 'ECONNREFUSED',
    })
    expect(describeThrown(Object.assign(new Error('x'), { code: 404 })).code).toBe('404')
    expect(describeThrown(new Error('x'))).not.toHaveProperty('code')
  })

  it('without causes has its own stack and nothing else', () => {
    const error = new Error('boom')
    expect(describeThrown(error)).toMatchObject({
      error: { stack: error.stack },
      ownStack: error.stack,
      causes: [],
    })
  })

  it('keeps its causes in the stack as Node prints them', () => {
    const innermost = Object.assign(new Error('c'), { stack: 'Error: c\n    at c (/c.js:3:3)' })
    const cause = Object.assign(new TypeError('b', { cause: innermost }), {
      stack: 'TypeError: b\n    at b (/b.js:2:2)',
    })
    const error = Object.assign(new AggregateError([cause, 'text', null], 'a', { cause: 'why' }), {
      stack: 'AggregateError: a\n    at a (/a.js:1:1)',
    })
    const { error: described, causes, ownStack } = describeThrown(error)
    expect(described.stack).toBe(inspect(error))
    expect(ownStack).toBe('AggregateError: a\n    at a (/a.js:1:1)')
    expect(causes).toStrictEqual([
      { type: 'Error', message: 'why' },
      { type: 'TypeError', message: 'b', stack: 'TypeError: b\n    at b (/b.js:2:2)' },
      { type: 'Error', message: 'c', stack: 'Error: c\n    at c (/c.js:3:3)' },
      { type: 'Error', message: 'text' },
      { type: 'Error', message: 'null' },
    ])
  })

  it('prints a cause that is no error', () => {
    const { error, causes } = describeThrown(new Error('boom', { cause: { status: 500, body: ['x'] } }))
    expect(error.stack).toContain("[cause]: { status: 500, body: [ 'x' ] }")
    expect(causes).toStrictEqual([{ type: 'Error', message: "{ status: 500, body: [ 'x' ] }" }])
  })

  it('follows a circle of causes once round', () => {
    const a = new Error('a')
    const b = new Error('b', { cause: a })
    a.cause = b
    const { error, causes } = describeThrown(a)
    expect(causes.map((cause) => cause.message)).toEqual(['b'])
    expect(error.stack).toContain('[cause]: [Circular]')
  })

  it('follows causes ten deep, and fifty in all', () => {
    let chain = new Error('end')
    for (let depth = 0; depth < 1000; depth++) chain = new Error(`at ${depth}`, { cause: chain })
    expect(describeThrown(chain).causes).toHaveLength(10)
    const many = new AggregateError(Array.from({ length: 1000 }, (_, index) => new Error(`${index}`)))
    expect(describeThrown(many).causes).toHaveLength(50)
  })

  it('runs none of its inspection code', () => {
    let ran = false
    const cause = {
      [inspect.custom]() {
        ran = true
        return 'custom'
      },
    }
    describeThrown(new Error('boom', { cause }))
    expect(ran).toBe(false)
  })

  it('is not changed, and may be anything at all', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withMap: true, withNullPrototype: true }), (value) => {
        const before = fc.stringify(value)
        const described = describeThrown(value)
        const nested = describeThrown(new Error('x', { cause: value }))
        expect(fc.stringify(value)).toBe(before)
        expect(described.error.message).not.toBe('')
        expect(JSON.parse(JSON.stringify([described, nested]))).toEqual([described, nested])
      }),
    )
  })
})
