import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { form } from '../lib/application.mjs'

/** A server for assets, which are uploaded: Fastify 4, pino 8, ES modules. */
export const eik = {
  name: 'Eik, on Fastify',
  project: 'eik',
  start: ({ folder, own, port }) => ({
    args: [join(folder, 'node_modules/@eik/service/bin/eik-server.js')],
    env: { HTTP_PORT: String(port), HTTP_ADDRESS: '127.0.0.1', SINK_PATH: own, NODE_ENV: 'production' },
  }),
  steps() {
    const json = (value) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) })
    const login = (key) => ({ method: 'POST', path: '/auth/login', ...form('key', key) })
    const asUser = (step) => (answers) => {
      const { token } = JSON.parse(answers[1].body)
      return { ...step, headers: { ...step.headers, authorization: `Bearer ${token}` } }
    }
    const put = (path, upload) => ({ method: 'PUT', path, ...upload })
    const get = (path) => ({ path })
    const pkg = form('package', archive(), 'fuzz.tgz')
    const map = form('map', '{"imports":{"fuzz":"http://localhost:4001/pkg/fuzz/1.0.0/main.js"}}', 'map.json')
    return [
      login('wrong'),
      login('change_me'),
      { method: 'POST', path: '/auth/login', ...json({ key: 'change_me' }) },
      get('/'),
      get('/nowhere'),
      get('/_/health'),
      put('/pkg/fuzz/1.0.0', pkg),
      asUser(put('/pkg/fuzz/1.0.0', pkg)),
      asUser(put('/pkg/fuzz/1.0.0', pkg)),
      asUser(put('/pkg/fuzz/1.1.0', pkg)),
      asUser(put('/pkg/fuzz/not-a-version', pkg)),
      asUser(put('/pkg/fuzz/2.0.0', form('package', 'no archive', 'fuzz.tgz'))),
      asUser(put('/pkg/fuzz/2.0.0', form('nothing', archive(), 'fuzz.tgz'))),
      asUser(put('/pkg/fuzz/2.0.0', json({ no: 'form' }))),
      asUser(put('/pkg/fuzz/3.0.0', form('package', Buffer.alloc(11_000_000), 'large.tgz'))),
      asUser(put('/pkg/@cuz/fuzz/1.0.0', pkg)),
      get('/pkg/fuzz'),
      get('/pkg/fuzz/1.0.0'),
      get('/pkg/fuzz/1.0.0/main.js'),
      get('/pkg/fuzz/1.0.0/main.js?token=hush'),
      get('/pkg/fuzz/1.0.0/missing.js'),
      get('/pkg/fuzz/9.9.9'),
      get('/pkg/@cuz/fuzz/1.0.0/main.js'),
      get('/pkg/@cuz/fuzz'),
      get('/pkg/none'),
      { method: 'HEAD', path: '/pkg/fuzz/1.0.0/main.js' },
      {
        method: 'OPTIONS',
        path: '/pkg/fuzz/1.0.0/main.js',
        headers: { origin: 'http://shop', 'access-control-request-method': 'GET' },
      },
      { method: 'POST', path: '/pkg/fuzz/1.0.0' },
      { method: 'DELETE', path: '/pkg/fuzz/1.0.0' },
      get('/pkg/fuzz/1.0.0/%E0%A4%A'),
      get('/pkg/..%2f..%2fetc/passwd/x'),
      asUser(put('/map/buzz/1.0.0', map)),
      asUser(put('/map/buzz/1.0.0', map)),
      asUser(put('/map/buzz/1.0.1', form('map', 'no json', 'map.json'))),
      get('/map/buzz/1.0.0'),
      get('/map/buzz'),
      get('/map/none/1.0.0'),
      asUser(put('/pkg/fuzz/v1', form('version', '1.0.0'))),
      asUser(put('/npm/fuzz/1.0.0', pkg)),
      get('/npm/fuzz/1.0.0/main.js'),
      get('/npm/fuzz'),
      get('/npm/@cuz/fuzz'),
      asUser(put('/npm/fuzz/v1', { headers: { 'content-type': 'text/plain' }, body: 'x' })),
      asUser({ method: 'DELETE', path: '/npm/fuzz/v1' }),
      get('/npm/fuzz/v1/main.js'),
      get('/img/none/1.0.0/logo.png'),
      { path: '/pkg/fuzz/1.0.0/main.js', headers: { 'accept-encoding': 'gzip' } },
      { path: '/pkg/fuzz/1.0.0/main.js', headers: { 'if-none-match': '"x"' } },
      { path: '/pkg/fuzz', headers: { 'x-request-id': 'from-the-caller' } },
      asUser(login('change_me')),
    ]
  },
  /** The route of each step. */
  routes: [
    '/auth/login',
    '/auth/login',
    '/auth/login',
    undefined,
    undefined,
    undefined,
    '/pkg/:name/:version',
    '/pkg/:name/:version',
    '/pkg/:name/:version',
    '/pkg/:name/:version',
    '/pkg/:name/:version',
    '/pkg/:name/:version',
    '/pkg/:name/:version',
    '/pkg/:name/:version',
    '/pkg/:name/:version',
    '/pkg/@:scope/:name/:version',
    '/pkg/:name',
    '/pkg/:name/:version',
    '/pkg/:name/:version/*',
    '/pkg/:name/:version/*',
    '/pkg/:name/:version/*',
    '/pkg/:name/:version',
    '/pkg/@:scope/:name/:version/*',
    '/pkg/@:scope/:name',
    '/pkg/:name',
    '/pkg/:name/:version/*',
    '*',
    undefined,
    undefined,
    undefined,
    '/pkg/:name/:version/*',
    '/map/:name/:version',
    '/map/:name/:version',
    '/map/:name/:version',
    '/map/:name/:version',
    '/map/:name',
    '/map/:name/:version',
    '/pkg/:name/v:alias',
    '/npm/:name/:version',
    '/npm/:name/:version/*',
    '/npm/:name',
    '/npm/@:scope/:name',
    '/npm/:name/v:alias',
    '/npm/:name/v:alias',
    '/npm/:name/v:alias/*',
    '/img/:name/:version/*',
    '/pkg/:name/:version/*',
    '/pkg/:name/:version/*',
    '/pkg/:name',
    '/auth/login',
  ],
  isLine: ({ metadata }) => metadata['otel.scope.name'] === '@opentelemetry/instrumentation-pino',
  linesOf: (stdout) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg),
  errors: [
    // By its own logger: a configuration that is not there, and an upload that is no JSON.
    "ENOENT: no such file or directory, open '<folder>/config/production.yaml'",
    // Three requests that are answered with 500.
    'Unsupported content type: application/json',
    'Unsupported content type: application/json',
    'map:put - Import map can not be parsed',
    'Unsupported content type: text/plain',
  ],
}

/** A package as npm packs it: a compressed archive of one file. */
function archive() {
  const folder = mkdtempSync(join(tmpdir(), 'lognitor-archive-'))
  try {
    mkdirSync(join(folder, 'package'))
    writeFileSync(join(folder, 'package/main.js'), 'export const fuzz = 1\n')
    const args = [
      '-czf',
      '-',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '-C',
      join(folder, 'package'),
      'main.js',
    ]
    const { stdout, status, stderr } = spawnSync('tar', args)
    if (status !== 0) throw new Error(String(stderr))
    return stdout
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
