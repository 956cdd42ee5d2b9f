import { describe, expect, it } from 'vitest'
import { exceptionFromAttributes } from '../../src/translate/exception.js'

const stackOf = (header: string): string => `${header}\n    at pay (/app/pay.js:12:7)`

describe('an exception told by attributes', () => {
  it.each<[string, string | undefined, string, string | undefined]>([
    ['Error: boom', 'E_KAPUTT', 'Error', 'E_KAPUTT'],
    ['TypeError: boom', 'ECONNREFUSED', 'TypeError', 'ECONNREFUSED'],
    ['TypeError [ERR_INVALID]: boom', 'ERR_INVALID', 'TypeError', 'ERR_INVALID'],
    ['PrismaError: boom', 'P2002', 'PrismaError', 'P2002'],
    ['FirebaseError: boom', 'auth/invalid-token', 'FirebaseError', 'auth/invalid-token'],
    ['NotFound: boom', 'NoSuchKey', 'NotFound', 'NoSuchKey'],
    ['AbortError: boom', '20', 'AbortError', '20'],
    ['Error', 'E_KAPUTT', 'Error', 'E_KAPUTT'],
    ['TypeError: boom', 'TypeError', 'TypeError', undefined],
    ['TypeError: boom', undefined, 'TypeError', undefined],
    // this.name, set after construction.
    ['Error: boom', 'OrderError', 'OrderError', undefined],
    ['Error: boom', 'myError', 'myError', undefined],
    // The same class with its package, and stacks that name none.
    ['java.lang.IllegalStateException: boom', 'IllegalStateException', 'IllegalStateException', undefined],
    ['App\\Pay\\Failure: boom', 'Failure', 'Failure', undefined],
    ['Traceback (most recent call last):', 'KeyError', 'KeyError', undefined],
    ['something went wrong: boom', 'E_X', 'E_X', undefined],
    ['boom', undefined, 'Error', undefined],
  ])('%s with the type %s is a %s with the code %s', (header, type, expected, code) => {
    const told = exceptionFromAttributes(type, 'boom', stackOf(header))
    expect(told.error).toMatchObject({ type: expected, message: 'boom' })
    expect(told.code).toBe(code)
  })

  it('says where in the application it arose', () => {
    expect(exceptionFromAttributes('A', 'boom', stackOf('A: boom')).error).toStrictEqual({
      type: 'A',
      message: 'boom',
      stack: stackOf('A: boom'),
      filename: '/app/pay.js',
      line_number: 12,
    })
  })

  it('takes its message from the stack when there is no other', () => {
    expect(exceptionFromAttributes(undefined, undefined, stackOf('TypeError: so')).error.message).toBe('so')
    expect(exceptionFromAttributes(undefined, undefined, stackOf('TypeError [E_X]: so')).error.message).toBe(
      'so',
    )
    expect(exceptionFromAttributes('A', undefined, undefined).error).toEqual({
      type: 'A',
      message: 'Unknown error',
    })
  })
})
