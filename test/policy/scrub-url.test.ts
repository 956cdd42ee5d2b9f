import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scrubbedParams, scrubUrl } from '../../src/policy/scrub-url.js'
import { bench, deepFreeze, info, settingsOf } from './support.js'

const params = scrubbedParams(['X-Custom'])
const scrub = (url: string) => scrubUrl(url, params)

describe('a scrubbed URL', () => {
  it.each([
    ['/x?a=1&TOKEN=x#f', '/x?a=1&TOKEN=[SCRUBBED]#f'],
    ['?token=1', '?token=[SCRUBBED]'],
    ['https://u:p@h:8/a%20b/?q=%C3%A9+1&apikey=2&z', 'https://u:p@h:8/a%20b/?q=%C3%A9+1&apikey=[SCRUBBED]&z'],
    ['/x?password=', '/x?password=[SCRUBBED]'],
    ['/x?token=1&token=2', '/x?token=[SCRUBBED]&token=[SCRUBBED]'],
    ['/x?token=a=b==', '/x?token=[SCRUBBED]'],
    ['/x?x-custom=1', '/x?x-custom=[SCRUBBED]'],
    ['//h/x?&&key=1&', '//h/x?&&key=[SCRUBBED]&'],
    ['/x?password=bj\u00f6rn\ud800&a', '/x?password=[SCRUBBED]&a'],
  ])('loses the values of named parameters and nothing else: %s', (url, scrubbed) => {
    expect(scrub(url)).toBe(scrubbed)
  })

  it.each([
    ['to%6ben=1', 'to%6ben=[SCRUBBED]'],
    ['%74%4F%4b%65%6E=1', '%74%4F%4b%65%6E=[SCRUBBED]'],
    ['+token=1', '+token=[SCRUBBED]'],
    ['%20token%09=1', '%20token%09=[SCRUBBED]'],
    ['tok%00en=1', 'tok%00en=[SCRUBBED]'],
    ['token[]=1&token[0]=2', 'token[]=[SCRUBBED]&token[0]=[SCRUBBED]'],
    ['token%5B%5D=1', 'token%5B%5D=[SCRUBBED]'],
    ['user[password]=1', 'user[password]=[SCRUBBED]'],
    ['a=1;token=2;b=3', 'a=1;token=[SCRUBBED];b=3'],
    ['token=first;second&b=3', 'token=[SCRUBBED]&b=3'],
    ['a=1&amp;token=2', 'a=1&amp;token=[SCRUBBED]'],
    ['next=/login?token=2&b=3', 'next=/login?token=[SCRUBBED]&b=3'],
    ['token=a?b=2&c=3', 'token=[SCRUBBED]&c=3'],
    ['%zz=1&token=%E0%A4', '%zz=1&token=[SCRUBBED]'],
  ])('recognises a name in an unusual spelling: %s', (query, scrubbed) => {
    expect(scrub(`/x?${query}#f`)).toBe(`/x?${scrubbed}#f`)
  })

  it.each([
    ['/token/secret'],
    ['token=1'],
    ['/x?token'],
    ['/x?tokens=1&monkey=2&keyword=3'],
    ['/x?q=token'],
    ['/x?q=a%26token%3D1'],
    ['/x#?token=1'],
    ['/x?a=1#token=2'],
    ['mailto:a@b'],
    [''],
    ['?'],
    ['not a url at all ? = & ;'],
  ])('stays unchanged without a named parameter: %s', (url) => {
    expect(scrub(url)).toBe(url)
  })

  const url = fc
    .tuple(
      fc.constantFrom('', '/x', 'https://h/é', '//h'),
      fc.array(fc.tuple(fc.constantFrom('a', 'token', 'toKen[]', 'b%20', ';key', 'c?'), fc.string())),
      fc.constantFrom('', '#f', '#token=1'),
    )
    .map(
      ([path, pairs, hash]) => `${path}?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}${hash}`,
    )

  it('does not change when it is scrubbed again', () => {
    fc.assert(fc.property(fc.oneof(url, fc.string()), (text) => scrub(scrub(text)) === scrub(text)))
  })

  it('gives a standard parser the same parameters, except the named ones', () => {
    const value = fc.string().map((text) => encodeURIComponent(text))
    const pairs = fc.array(fc.tuple(fc.constantFrom('a', 'TOKEN', 'b', 'to%6Ben', 'key', 'keys'), value))
    fc.assert(
      fc.property(pairs, (input) => {
        const query = input.map(([name, text]) => `${name}=${text}`).join('&')
        const expected = [...new URLSearchParams(query)].map(([name, text]) =>
          ['token', 'key'].includes(name.toLowerCase()) ? [name, '[SCRUBBED]'] : [name, text],
        )
        expect([...new URLSearchParams(scrub(`?${query}`))]).toEqual(expected)
      }),
    )
  })

  it('of a long hostile query takes linear time', () => {
    const hostile = ['?a=1&', '?', '[', ';', '=', '%74', '=;', ';token=', '&&', '%E0%A4%', '+']
    for (const piece of hostile) {
      const long = `/x?${piece.repeat(1_000_000 / piece.length)}&token=1`
      expect(scrub(long)).toMatch(/token=\[SCRUBBED\]$/)
    }
  })
})

describe('the URLs of a log', () => {
  it('are all scrubbed, and objects that logs share stay unchanged', () => {
    const { policy, sent } = bench()
    const shared = deepFreeze({
      request: { method: 'GET', url: 'https://h/x?token=1', path: '/x?token=1' },
      breadcrumbs: [
        {
          type: 'http',
          category: 'http',
          message: 'GET /x?token=kept',
          level: 'info' as const,
          timestamp: '2026-11-23T02:10:06.062Z',
          data: { url: '/x?a=1&token=1', status: 200 },
        },
      ],
      metadata: { 'url.full': 'http://h/?key=1', 'url.query': 'a=1&key=1', other: '/x?key=kept' },
    })
    policy.admit(info(shared))
    expect(sent[0]).toMatchObject({
      request: { method: 'GET', url: 'https://h/x?token=[SCRUBBED]', path: '/x?token=[SCRUBBED]' },
      breadcrumbs: [{ message: 'GET /x?token=kept', data: { url: '/x?a=1&token=[SCRUBBED]', status: 200 } }],
      metadata: {
        'url.full': 'http://h/?key=[SCRUBBED]',
        'url.query': 'a=1&key=[SCRUBBED]',
        other: '/x?key=kept',
      },
    })
  })
})

describe('the request that an HTTP logger leaves in metadata', () => {
  const metadataOf = (metadata: Record<string, unknown>) => {
    const { policy, sent } = bench()
    policy.admit(info({ metadata: deepFreeze(structuredClone(metadata)) }))
    const { 'log.record.uid': _id, ...rest } = sent[0]?.metadata ?? {}
    return rest
  }

  it.each([
    [
      { req: { method: 'GET', url: '/a?token=1&b=2' } },
      { req: { method: 'GET', url: '/a?token=[SCRUBBED]&b=2' } },
    ],
    [{ request: { url: '/a?key=1' } }, { request: { url: '/a?key=[SCRUBBED]' } }],
    [{ originalUrl: '/a?secret=1' }, { originalUrl: '/a?secret=[SCRUBBED]' }],
    [
      { context: { req: { raw: { originalUrl: '/a?token=1' } } } },
      { context: { req: { raw: { originalUrl: '/a?token=[SCRUBBED]' } } } },
    ],
    [{ req: { query: { token: 'x', page: '2' } } }, { req: { query: { token: '[SCRUBBED]', page: '2' } } }],
    [{ query: { Password: ['a', 'b'] } }, { query: { Password: '[SCRUBBED]' } }],
    [{ 'req.url': '/a?token=1' }, { 'req.url': '/a?token=[SCRUBBED]' }],
    [{ 'http.request.url': '/a?token=1' }, { 'http.request.url': '/a?token=[SCRUBBED]' }],
    [
      { 'req.query.token': 'x', 'req.query.page': '2' },
      { 'req.query.token': '[SCRUBBED]', 'req.query.page': '2' },
    ],
  ])('is scrubbed as request.url is: %j', (written, scrubbed) => {
    expect(metadataOf(written)).toEqual(scrubbed)
  })

  it('keeps fields that are not part of a request', () => {
    const metadata = {
      url: '/a?token=1',
      token: 'kept',
      page: { url: '/b?token=2' },
      list: [{ originalUrl: 'c' }],
    }
    expect(metadataOf(metadata)).toEqual(metadata)
  })

  it('is scrubbed under a key that held nothing to scrub before, and among any number of other keys', () => {
    const { policy, sent } = bench()
    const keys = Object.fromEntries(Array.from({ length: 2500 }, (_, n) => [`key ${n}`, n]))
    const secret = { query: { token: 'x' }, 'req.query.token': 'x', originalUrl: '/a?token=x' }
    policy.admit(info({ metadata: { query: 'text', 'req.query.page': '1', originalUrl: '/a' } }))
    policy.admit(info({ metadata: { ...keys, ...secret } }))
    policy.admit(info({ metadata: { ...secret, ...keys } }))
    const scrubbed = {
      query: { token: '[SCRUBBED]' },
      'req.query.token': '[SCRUBBED]',
      originalUrl: '/a?token=[SCRUBBED]',
    }
    expect(sent[1]?.metadata).toMatchObject(scrubbed)
    expect(sent[2]?.metadata).toMatchObject(scrubbed)
  })

  it('is scrubbed by the names of the settings, also where others held before', () => {
    const { policy, sent } = bench()
    const metadata = { 'req.query.code': 'x', 'req.query.token': 'x' }
    policy.admit(info({ metadata }))
    policy.reconfigure(settingsOf({ scrubParams: scrubbedParams(['code']) }))
    policy.admit(info({ metadata }))
    expect(sent[0]?.metadata).toMatchObject({ 'req.query.code': 'x', 'req.query.token': '[SCRUBBED]' })
    expect(sent[1]?.metadata).toMatchObject({
      'req.query.code': '[SCRUBBED]',
      'req.query.token': '[SCRUBBED]',
    })
  })
})
