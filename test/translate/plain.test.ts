import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PLAIN_LIMITS, toPlain } from '../../src/translate/plain.js'

class Point {
  x = 1
  #hidden = 2
  sum(): number {
    return this.x + this.#hidden
  }
}

class Price {
  toJSON(): unknown {
    return { amount: 5n, currency: 'EUR' }
  }
}

class Broken {
  a = 1
  toJSON(): unknown {
    throw new Error('not today')
  }
}

class Mirror {
  a = 1
  toJSON(): unknown {
    return this
  }
}

const throwing = new Proxy(
  { a: 1 },
  {
    ownKeys() {
      throw new Error('keep out')
    },
  },
)

const revoked = Proxy.revocable({}, {})
revoked.revoke()

describe('a plain copy', () => {
  it.each<[string, unknown, unknown]>([
    ['null', null, null],
    ['a text', 'a', 'a'],
    ['a lone surrogate', 'a\udc00', 'a\ufffd'],
    ['a number', 1.5, 1.5],
    ['a large whole number', 2 ** 60, '1152921504606846976'],
    ['a number with an exponent', 1e300, 1e300],
    ['NaN', Number.NaN, 'NaN'],
    ['infinity', -Infinity, '-Infinity'],
    ['a small big integer', 5n, 5],
    ['a big integer', 12345678901234567890n, '12345678901234567890'],
    ['an enormous integer', 1n << 20_000n, '[BigInt of more than 16384 bits]'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', function pay() {}, '[Function: pay]'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['no date', new Date(Number.NaN), 'Invalid Date'],
    ['a date of another realm', vm.runInNewContext('new Date(0)'), '1970-01-01T00:00:00.000Z'],
    ['bytes', new Uint8Array([104, 105]), 'aGk='],
    ['a Buffer', Buffer.from('hi'), 'aGk='],
    ['an ArrayBuffer', new Uint8Array([104, 105]).buffer, 'aGk='],
    ['a part of a buffer', new Uint8Array([0, 104, 105, 0]).subarray(1, 3), 'aGk='],
    ['numbers in a typed array', new Float64Array([1.5, Number.NaN]), [1.5, 'NaN']],
    ['big integers in a typed array', new BigInt64Array([1n]), [1]],
    ['an expression', /a+/g, '/a+/g'],
    ['a URL', new URL('https://a.example/x?y=1'), 'https://a.example/x?y=1'],
    ['a boxed text', Object('a'), 'a'],
    ['a boxed big integer', Object(1n), 1],
    ['a Set', new Set(['a', 1n]), ['a', 1]],
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', 1],
        [2, new Map([['b', 3n]])],
      ]),
      { a: 1, 2: { b: 3 } },
    ],
    ['a Map with objects for keys', new Map([[{ a: 1 }, 'x']]), [[{ a: 1 }, 'x']]],
    [
      'a Map with 1 and "1" for keys',
      new Map<unknown, string>([
        [1, 'a'],
        ['1', 'b'],
      ]),
      [
        [1, 'a'],
        ['1', 'b'],
      ],
    ],
    ['a class instance', new Point(), { x: 1 }],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['what has a toJSON', { price: new Price() }, { price: { amount: 5, currency: 'EUR' } }],
    ['a plain object’s own toJSON', { secret: 1, toJSON: () => ({ safe: 1 }) }, { safe: 1 }],
    ['a toJSON that throws', new Broken(), { a: 1 }],
    ['a toJSON that gives the thing itself', new Mirror(), { a: 1 }],
    ['undefined in an object', { a: undefined, b: 1 }, { b: 1 }],
    ['undefined in a list', [undefined, 1], [null, 1]],
    ['holes in a list', Array(2), [null, null]],
    ['a Proxy that throws', { p: throwing }, { p: '[Throws: keep out]' }],
    ['a revoked Proxy', revoked.proxy, expect.stringMatching(/^\[Throws: /)],
    [
      'a shared value',
      (() => {
        const a = { x: 1 }
        return [a, a]
      })(),
      [{ x: 1 }, { x: 1 }],
    ],
    [
      'a getter',
      {
        get a() {
          return 5n
        },
      },
      { a: 5 },
    ],
  ])('of %s', (_, value, plain) => {
    expect(toPlain(value)).toStrictEqual(plain)
  })

  it('of undefined is undefined', () => {
    expect(toPlain(undefined)).toBeUndefined()
  })

  it('of an Error has type, message, stack, its own fields and its causes', () => {
    const cause = new Error('inner')
    const error = Object.assign(new AggregateError([cause, 'text'], 'boom', { cause }), {
      code: 'E',
      type: 'own',
    })
    expect(toPlain(error)).toStrictEqual({
      name: 'AggregateError',
      type: 'own',
      message: 'boom',
      stack: error.stack,
      code: 'E',
      cause: { type: 'Error', message: 'inner', stack: cause.stack },
      errors: [{ type: 'Error', message: 'inner', stack: cause.stack }, 'text'],
    })
  })

  it('of a cycle says so where it closes', () => {
    const list: unknown[] = []
    const value = { list }
    list.push(value, list)
    expect(toPlain(value)).toStrictEqual({ list: ['[Circular]', '[Circular]'] })
  })

  it('has __proto__ and constructor as keys like any other', () => {
    const copy = toPlain(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": 2}}'))
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":1},"constructor":{"prototype":2}}')
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect(JSON.stringify(toPlain(new Map([['__proto__', 1]])))).toBe('{"__proto__":1}')
  })

  it('ends at its depth', () => {
    let value: unknown = { end: true }
    for (let depth = 0; depth < 50; depth++) value = { value }
    const text = JSON.stringify(toPlain(value))
    expect(text.match(/value/g)).toHaveLength(PLAIN_LIMITS.depth)
    expect(text).toContain('"[Object]"')
  })

  it('says how much of a list and of an object it left out', () => {
    const { nodes } = PLAIN_LIMITS
    const list = toPlain(Array.from({ length: nodes + 500 }, (_, index) => index)) as unknown[]
    // The list itself is one of them.
    expect(list).toHaveLength(nodes)
    expect(list.at(-1)).toBe('[501 more]')
    const object = toPlain(Object.fromEntries(list.map((_, index) => [`k${index}`, index]))) as object
    expect(Object.keys(object)).toHaveLength(nodes)
    expect(object).toHaveProperty('[truncated]', '1 more keys')
  })

  it('leaves nothing out of what a log has room for', () => {
    const list = Array.from({ length: 1500 }, (_, id) => ({ id }))
    expect(toPlain(list)).toEqual(list)
    const wide = Object.fromEntries(list.map(({ id }) => [`k${id}`, { id, deeper: { a: [{ b: 1 }] } }]))
    expect(toPlain(wide)).toEqual(wide)
  })

  it('is small however wide and deep the value is', () => {
    const wide = (depth: number): unknown =>
      new Proxy(
        {},
        {
          ownKeys: () => Array.from({ length: 100 }, (_, index) => `k${index}`),
          getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
          get: (_, key) => (typeof key === 'symbol' || key === 'toJSON' ? undefined : wide(depth + 1)),
        },
      )
    expect(JSON.stringify(toPlain(wide(0))).length).toBeLessThan(1_000_000)
  })

  it('stops at an endless Map', () => {
    const endless = new Map<unknown, unknown>()
    for (let index = 0; index < 50_000; index++) endless.set(`k${index}`, index)
    const copy = toPlain(endless) as object
    expect(Object.keys(copy)).toHaveLength(PLAIN_LIMITS.nodes)
    expect(copy).toHaveProperty('[truncated]', `${50_001 - PLAIN_LIMITS.nodes} more keys`)
  })

  it('of JSON is that JSON, and a copy of a copy is the copy', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const copy = toPlain(value)
        const parsed: unknown = JSON.parse(JSON.stringify(copy))
        expect(toPlain(parsed)).toEqual(parsed)
        expect(parsed).toEqual(JSON.parse(JSON.stringify(toPlain(structuredClone(value)))))
      }),
    )
  })

  it('of anything at all survives JSON and leaves the value alone', () => {
    fc.assert(
      fc.property(anything(), (value) => {
        const before = fc.stringify(value)
        const copy = toPlain(value)
        expect(fc.stringify(value)).toBe(before)
        if (copy !== undefined) expect(JSON.parse(JSON.stringify(copy))).toEqual(copy)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('what stands in a structure many times takes a bounded memory', () => {
  it.each<[string, () => unknown]>([
    ['bytes', () => new Uint8Array(200_000)],
    ['big integers', () => 2n ** 10_000n],
    ['texts', () => 'x'.repeat(100_000)],
    ['texts that have to be mended', () => `${'x'.repeat(100_000)}\ud800`],
    ['what has a toJSON', () => ({ toJSON: () => 'x'.repeat(100_000) })],
    ['keys', () => ({ ['k'.repeat(100_000)]: 1 })],
    ['entries of maps', () => new Map([['k'.repeat(100_000), 1]])],
    ['errors', () => Object.assign(new Error('x'.repeat(100_000)), { stack: '' })],
  ])('%s', (_what, make) => {
    const value = make()
    const copy = toPlain({ first: 'first', list: Array(2000).fill(value) }) as { list: unknown[] }
    expect(JSON.stringify(copy).length).toBeLessThan(3 * PLAIN_LIMITS.units)
    expect(copy).toMatchObject({ first: 'first', list: expect.objectContaining({ 0: toPlain(value) }) })
    expect(copy.list.at(-1)).toBe('[Truncated]')
  })
})

function anything(): fc.Arbitrary<unknown> {
  return fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  })
}
