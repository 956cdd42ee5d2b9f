import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { form } from '../lib/application.mjs'

/** An editor and runtime for flows: Express 4 with applications in applications, a WebSocket, logs by console. */
export const nodeRed = {
  name: 'node-red, on Express',
  project: 'node-red',
  /** What the runtime says to a WebSocket depends on whether it has started. */
  ready: 'Started flows',
  start({ folder, own, port }) {
    writeFileSync(join(own, 'settings.js'), SETTINGS)
    writeFileSync(join(own, 'flows.json'), JSON.stringify(FLOWS))
    const red = join(folder, 'node_modules/node-red/red.js')
    return {
      args: [red, '--userDir', own, '--settings', join(own, 'settings.js'), '--port', String(port)],
      env: { NODE_ENV: 'production' },
    }
  },
  steps({ folder, port }) {
    const json = (method, path, value) => ({
      method,
      path,
      headers: { 'content-type': 'application/json' },
      body: typeof value === 'string' ? value : JSON.stringify(value),
    })
    const get = (path, headers) => ({ path, headers })
    return [
      { visit: () => converse(folder, `ws://127.0.0.1:${port}/comms`) },
      { visit: () => converse(folder, `ws://127.0.0.1:${port}/nowhere`) },
      get('/'),
      get('/settings'),
      get('/nodes', { accept: 'application/json' }),
      get('/nodes/node-red/inject'),
      get('/nodes/none/none'),
      get('/flows'),
      get('/flow/f1'),
      get('/flow/none'),
      json('POST', '/flows', FLOWS),
      json('POST', '/flows', '{"no'),
      json('POST', '/flow', { label: 'second', nodes: [] }),
      json('PUT', '/flow/none', { id: 'none', nodes: [] }),
      { method: 'DELETE', path: '/flow/none' },
      get('/context/global'),
      get('/context/global/none'),
      get('/context/flow/f1'),
      get('/library/local/flows/'),
      json('POST', '/library/local/flows/kept.json', '[]'),
      get('/library/none/flows/none.json'),
      get('/library/local/flows/none.json'),
      get('/library/local/flows/..%2f..%2fsettings.js'),
      get('/locales/editor'),
      get('/locales/nodes'),
      get('/icons'),
      get('/icons/node-red/none.svg'),
      get('/red/red.min.js'),
      get('/red/none.js'),
      get('/vendor/none.js'),
      get('/theme'),
      get('/nowhere/at/all'),
      get('/plugins'),
      get('/auth/login'),
      json('POST', '/auth/token', {}),
      json('POST', '/inject/none', {}),
      json('POST', '/debug/none/enable', {}),
      get('/hello'),
      get('/hello?token=hush'),
      get('/hello/ada'),
      get('/boom'),
      get('/late'),
      get('/teapot'),
      json('POST', '/hello', {}),
      { method: 'POST', path: '/upload', ...form('picture', Buffer.alloc(100_000, 1), 'picture.png') },
      { method: 'POST', path: '/upload', headers: { 'content-type': 'text/plain' }, body: 'no form' },
      json('PUT', '/hello', { large: 'x'.repeat(6_000_000) }),
      { method: 'HEAD', path: '/hello' },
      { method: 'OPTIONS', path: '/hello' },
      get('/%E0%A4%A'),
    ]
  },
  /** The route of each step. */
  routes: [
    undefined,
    undefined,
    '/',
    '/settings',
    '/nodes',
    '/^\\/nodes\\/((@[^\\/]+\\/)?[^\\/]+)\\/([^\\/]+)$/',
    '/^\\/nodes\\/((@[^\\/]+\\/)?[^\\/]+)\\/([^\\/]+)$/',
    '/flows',
    '/flow/:id',
    '/flow/:id',
    '/flows',
    undefined,
    '/flow',
    '/flow/:id',
    '/flow/:id',
    '/context/:scope(global)',
    '/context/:scope(global)/*',
    '/context/:scope(node|flow)/:id',
    '/^\\/library\\/([^\\/]+)\\/([^\\/]+)(?:$|\\/(.*))/',
    '/^\\/library\\/([^\\/]+)\\/([^\\/]+)\\/(.*)/',
    '/^\\/library\\/([^\\/]+)\\/([^\\/]+)(?:$|\\/(.*))/',
    '/^\\/library\\/([^\\/]+)\\/([^\\/]+)(?:$|\\/(.*))/',
    '/^\\/library\\/([^\\/]+)\\/([^\\/]+)(?:$|\\/(.*))/',
    '/^\\/locales\\/(.+)\\/?$/',
    '/^\\/locales\\/(.+)\\/?$/',
    '/icons',
    '/icons/:module/:icon',
    undefined,
    undefined,
    undefined,
    '/theme',
    undefined,
    '/plugins',
    '/auth/login',
    undefined,
    '/inject/:id',
    '/debug/:id/:state',
    '/hello',
    '/hello',
    '/hello/:name',
    '/boom',
    '/late',
    '/teapot',
    undefined,
    '/upload',
    '/upload',
    undefined,
    '/hello',
    undefined,
    undefined,
  ],
  isLine: ({ level, metadata }) => level === 'info' && metadata.stack === undefined,
  linesOf: (stdout) => stdout.replace(/\n$/, '').split(/\n(?=<time> - )/),
  errors: [],
}

const SETTINGS = `module.exports = {
  uiHost: '127.0.0.1',
  logging: { console: { level: 'info', metrics: false, audit: false } },
  editorTheme: { tours: false, projects: { enabled: false } },
  telemetry: { enabled: false },
}`

const at = (id, method, url, code, upload = false) => [
  { id: `${id}-in`, type: 'http in', z: 'f1', url, method, upload, wires: [[`${id}-do`]] },
  { id: `${id}-do`, type: 'function', z: 'f1', name: id, func: code, outputs: 1, wires: [[`${id}-out`]] },
  { id: `${id}-out`, type: 'http response', z: 'f1', wires: [] },
]

const FLOWS = [
  { id: 'f1', type: 'tab', label: 'first' },
  ...at('hello', 'get', '/hello', "node.warn('greeting'); msg.payload = { hello: 'world' }; return msg"),
  ...at('greet', 'get', '/hello/:name', 'msg.payload = msg.req.params; return msg'),
  ...at('teapot', 'get', '/teapot', 'msg.statusCode = 418; return msg'),
  ...at(
    'late',
    'get',
    '/late',
    "setTimeout(() => { node.error('too late', msg); msg.statusCode = 503; node.send(msg) }, 50)",
  ),
  ...at('boom', 'get', '/boom', "node.error(new Error('flow broke'), msg); msg.statusCode = 500; return msg"),
  ...at(
    'upload',
    'post',
    '/upload',
    'msg.payload = (msg.req.files || []).map((file) => file.size); return msg',
    true,
  ),
]

/** What a WebSocket says until it has been quiet for a while, or why it was refused. */
function converse(folder, url) {
  const WebSocket = createRequire(join(folder, 'node_modules/node-red/package.json'))('ws')
  return new Promise((done) => {
    const socket = new WebSocket(url)
    const topics = []
    const result = (status) => ({
      method: 'GET',
      path: new URL(url).pathname,
      status,
      body: topics.sort().join(),
    })
    socket.on('open', () => {
      socket.send('{"subscribe":"status/#"}')
      setTimeout(() => socket.close(), 500)
    })
    socket.on('message', (text) => topics.push(...[JSON.parse(text)].flat().map(({ topic }) => topic)))
    socket.on('unexpected-response', (_request, answer) => done(result(answer.statusCode)))
    socket.on('close', () => done(result(101)))
    socket.on('error', () => done(result('broken')))
  })
}
