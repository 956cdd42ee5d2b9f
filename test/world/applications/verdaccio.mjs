import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A registry for packages, which are published: Express 4 with routers in routers, CommonJS. */
export const verdaccio = {
  name: 'verdaccio, on Express',
  project: 'verdaccio',
  /** Whether a download of a tarball has a line of its own depends on whether stream or connection ends first. */
  uncertain: /"msg":"200, user: null\(127\.0\.0\.1\), req: 'GET \S+\.tgz'/,
  start({ folder, own, port }) {
    writeFileSync(join(own, 'config.yaml'), CONFIG)
    return {
      args: [
        join(folder, 'node_modules/verdaccio/bin/verdaccio'),
        '--config',
        './config.yaml',
        '--listen',
        `127.0.0.1:${port}`,
      ],
      env: { NODE_ENV: 'production' },
    }
  },
  steps() {
    const json = (method, path, value, headers) => ({
      method,
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof value === 'string' ? value : JSON.stringify(value),
    })
    const get = (path, headers) => ({ path, headers })
    const user = (name, password) => json('PUT', `/-/user/org.couchdb.user:${name}`, { name, password })
    const asUser = (step) => (answers) => {
      const { token } = JSON.parse(answers[3].body)
      return { ...step, headers: { ...step.headers, authorization: `Bearer ${token}` } }
    }
    return [
      get('/'),
      get('/-/ping'),
      get('/-/nowhere/at/all'),
      user('ada', 'lovelace'),
      user('ada', 'wrong'),
      user('bob', 'x'),
      get('/-/whoami'),
      asUser(get('/-/whoami')),
      get('/-/whoami', { authorization: 'Bearer nonsense' }),
      json('PUT', '/shop', published('shop', '1.0.0')),
      asUser(json('PUT', '/shop', published('shop', '1.0.0'))),
      asUser(json('PUT', '/shop', published('shop', '1.0.0'))),
      asUser(json('PUT', '/shop', published('shop', '1.1.0'))),
      asUser(json('PUT', '/shop', '{"name":')),
      asUser(json('PUT', '/shop', { name: 'shop', large: 'x'.repeat(2_000_000) })),
      asUser(json('PUT', '/shop', { name: 'other' })),
      asUser(json('PUT', '/@cuz%2fshop', published('@cuz/shop', '1.0.0'))),
      get('/shop'),
      get('/shop/1.0.0'),
      get('/shop/latest'),
      get('/shop/9.9.9'),
      get('/shop/-/shop-1.0.0.tgz'),
      get('/shop/-/shop-9.9.9.tgz'),
      get('/shop/-/..%2f..%2fconfig.yaml'),
      get('/@cuz%2fshop'),
      get('/@cuz/shop'),
      get('/@cuz/shop/-/shop-1.0.0.tgz'),
      get('/none'),
      { method: 'HEAD', path: '/shop' },
      { method: 'OPTIONS', path: '/shop', headers: { origin: 'http://shop' } },
      get('/-/package/shop/dist-tags'),
      asUser(json('PUT', '/-/package/shop/dist-tags/beta', '"1.0.0"')),
      asUser(json('PUT', '/-/package/shop/dist-tags/beta', '"9.9.9"')),
      asUser({ method: 'DELETE', path: '/-/package/shop/dist-tags/beta' }),
      get('/-/package/none/dist-tags'),
      get('/-/v1/search?text=shop&token=hush'),
      get('/-/verdaccio/data/packages'),
      get('/-/verdaccio/data/sidebar/shop'),
      get('/-/verdaccio/data/sidebar/none'),
      json('POST', '/-/verdaccio/sec/login', { username: 'ada', password: 'lovelace' }),
      json('POST', '/-/verdaccio/sec/login', { username: 'ada', password: 'wrong' }),
      get('/-/web/detail/shop'),
      get('/-/static/missing.js'),
      get('/favicon.ico'),
      json('POST', '/-/npm/v1/security/audits', {}),
      asUser(get('/-/npm/v1/user')),
      asUser(json('POST', '/-/npm/v1/user', { password: { old: 'lovelace', new: 'x' } })),
      asUser({ method: 'DELETE', path: '/shop/-rev/1' }),
      get('/shop%00'),
      get('/%E0%A4%A'),
    ]
  },
  /** The route of each step. */
  routes: [
    '/',
    '/-/ping',
    '/*',
    '/-/user/:org_couchdb_user/:_rev?/:revision?',
    '/-/user/:org_couchdb_user/:_rev?/:revision?',
    '/-/user/:org_couchdb_user/:_rev?/:revision?',
    '/-/whoami',
    '/-/whoami',
    '/-/whoami',
    '/:package/:_rev?/:revision?',
    '/:package/:_rev?/:revision?',
    '/:package/:_rev?/:revision?',
    '/:package/:_rev?/:revision?',
    undefined,
    undefined,
    '/:package/:_rev?/:revision?',
    '/:package/:_rev?/:revision?',
    '/:package/:version?',
    '/:package/:version?',
    '/:package/:version?',
    '/:package/:version?',
    '/:package/-/:filename',
    '/:package/-/:filename',
    '/:package/-/:filename',
    '/:package/:version?',
    '/:package/:version?',
    '/:package/-/:filename',
    '/:package/:version?',
    '/:package/:version?',
    undefined,
    '/-/package/:package/dist-tags',
    '/-/package/:package/dist-tags/:tag',
    '/-/package/:package/dist-tags/:tag',
    '/-/package/:package/dist-tags/:tag',
    '/-/package/:package/dist-tags',
    '/-/v1/search',
    '/-/verdaccio/data/packages',
    '/-/verdaccio/data/sidebar/:package',
    '/-/verdaccio/data/sidebar/:package',
    '/-/verdaccio/sec/login',
    '/-/verdaccio/sec/login',
    '/-/web/*',
    '/*',
    '/:package/:version?',
    undefined,
    '/-/npm/v1/user',
    '/-/npm/v1/user',
    '/:package/-rev/*',
    '/:package/:version?',
    undefined,
  ],
  isLine: ({ metadata }) => metadata['otel.scope.name'] === '@opentelemetry/instrumentation-pino',
  linesOf: (stdout) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg),
  // By its own logger, about a request that it answers with 422.
  errors: ['error on publish, bad package data for shop'],
}

const CONFIG = `
storage: ./storage
auth:
  htpasswd:
    file: ./htpasswd
    slow_verify_ms: 600000
uplinks: {}
packages:
  '**':
    access: $all
    publish: $authenticated
    unpublish: $authenticated
max_body_size: 1mb
log: { type: stdout, format: json, level: http }
`

const TARBALL = 'a tarball'

function published(name, version) {
  const file = `${name}-${version}.tgz`
  return {
    _id: name,
    name,
    'dist-tags': { latest: version },
    versions: {
      [version]: {
        name,
        version,
        dist: {
          tarball: `http://localhost/${name}/-/${file}`,
          shasum: createHash('sha1').update(TARBALL).digest('hex'),
        },
      },
    },
    _attachments: {
      [file]: {
        content_type: 'application/octet-stream',
        data: Buffer.from(TARBALL).toString('base64'),
        length: TARBALL.length,
      },
    },
  }
}
