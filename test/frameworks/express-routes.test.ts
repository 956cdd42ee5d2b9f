import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { runJob, ZERO_CODE } from '../loggers/job.js'

const PACKAGES = [
  '@opentelemetry/api',
  '@opentelemetry/instrumentation',
  '@opentelemetry/instrumentation-express',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/sdk-node',
  'express',
]

/** Routes that pass the request on, and routes for everything, as a registry or a single-page application has them. */
const APP = `
import express from 'express'
const app = express()
const own = express.Router()
own.get(['/ui/data/sidebar/:scope/:package', '/ui/data/sidebar/:package'], (request, response, next) => next())
own.get('/ui/page/:name', (request, response, next) => next())
app.use(own)
app.use('/ui', (request, response, next) => {
  if (request.path.startsWith('/data') || request.path.startsWith('/page')) response.status(404).end()
  else next()
})
const shop = express.Router()
shop.get('/{*rest}', (request, response, next) => {
  if (request.query.fails) next(Object.assign(new Error('no'), { status: 404 }))
  else response.json({})
})
app.use('/shop', shop)
app.get('/{*rest}', (request, response, next) => next(Object.assign(new Error('nowhere'), { status: 404 })))
app.use((error, request, response, next) => response.status(error.status ?? 500).end())
const server = app.listen(0, '127.0.0.1', async () => {
  const origin = 'http://127.0.0.1:' + server.address().port
  for (const path of process.env.PATHS.split(' ')) {
    await (await fetch(origin + path, { headers: { connection: 'close' } })).text()
  }
  server.close()
})
`

/** Each path, and the route that Express chose for it. */
const ROUTES = [
  ['/ui/data/sidebar/tea', '/ui/data/sidebar/:package'],
  ['/ui/data/sidebar/@green/tea', '/ui/data/sidebar/:scope/:package'],
  ['/ui/page/about', '/ui/page/:name'],
  ['/nowhere/at/all', '/{*rest}'],
  ['/', '/{*rest}'],
  ['/shop/a/b', '/shop/{*rest}'],
  ['/shop/a/b?fails=1', '/shop/{*rest}'],
] as const

let inbox: Inbox

beforeEach(async () => {
  inbox = await startInbox({ port: 0 })
})

afterEach(() => inbox.close())

test('a route that passes the request on, and one for everything, are named as they were written', async () => {
  const env = { PATHS: ROUTES.map(([path]) => path).join(' ') }
  await runJob(inbox, { packages: PACKAGES, files: { 'app.mjs': APP }, start: ZERO_CODE, env })
  const routes = inbox.requests().map(({ route }) => route)
  expect(routes).toEqual(ROUTES.map(([, route]) => route))
})
