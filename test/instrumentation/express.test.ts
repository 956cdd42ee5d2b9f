import express from 'express'
import { afterEach, expect, test } from 'vitest'
import { openRecorder, type Served, serve, type WatchedRecorder } from './support.js'

let watched: WatchedRecorder
let served: Served

afterEach(async () => {
  watched.recorder.close()
  await served.close()
})

/** Requests the paths in turn and returns the routes of their request entries. */
async function routesFor(app: express.Express, paths: string[]): Promise<(string | undefined)[]> {
  watched = openRecorder()
  served = await serve(app)
  for (const path of paths) await (await fetch(served.url + path)).text()
  const entries = await watched.waitForEntries(paths.length)
  expect(entries.map((entry) => entry.path)).toEqual(paths)
  return entries.map((entry) => entry.route)
}

test('request entries have the template of their Express route, in mounted routers too', async () => {
  const app = express()
  const items = express.Router().get('/items/:id', (_request, response) => void response.send('item'))
  items.get('/', (_request, response) => void response.send('all'))
  app.get('/orders/:id', (_request, response) => void response.send('order'))
  app.get('/orders', (_request, response) => void response.send('orders'))
  app.use('/api', express.Router().use('/v1', items))
  const paths = ['/orders/7', '/api/v1/items/9', '/api/v1', '/nowhere', '/orders/8', '/orders']
  expect(await routesFor(app, paths)).toEqual([
    '/orders/:id',
    '/api/v1/items/:id',
    '/api/v1',
    undefined,
    '/orders/:id',
    '/orders',
  ])
})

test('a route that leaves its router by an error or next() keeps the mount point', async () => {
  const users = express.Router()
  users.get('/:id', (request, response, next) => {
    if (request.params.id === 'nobody') next()
    else if (request.params.id === 'broken') next(new Error('broken'))
    else response.send('user')
  })
  const items = express.Router({ mergeParams: true }).get('/bad', () => {
    throw new Error('bad')
  })
  const app = express()
  app.use('/users', users)
  app.use('/shops/:shop', items)
  app.use(((_error, _request, response, _next) => {
    response.status(500).send('failed')
  }) as express.ErrorRequestHandler)
  const paths = ['/users/5', '/users/broken', '/users/nobody', '/users/users', '/shops/7/bad']
  expect(await routesFor(app, paths)).toEqual([
    '/users/:id',
    '/users/:id',
    '/users/:id',
    '/users/:id',
    undefined,
  ])
})

test('a property that resembles an Express route and throws loses only the template', async () => {
  const routes = [
    { path: new Array(4_000_000_000) },
    { path: [Object.create(null)] },
    Object.defineProperty({}, 'path', {
      get: () => {
        throw new Error('no path')
      },
    }),
  ]
  watched = openRecorder()
  served = await serve((request, response) => {
    Object.assign(request, { route: routes[watched.entries.length] })
    response.end()
  })
  for (const [index] of routes.entries()) {
    await fetch(served.url)
    await watched.waitForEntries(index + 1)
  }
  expect(watched.entries.map(({ route }) => route)).toEqual([undefined, undefined, undefined])
})

test('a mount point with a value in it never becomes part of a template', async () => {
  const app = express()
  const named = express.Router({ mergeParams: true })
  named.get('/orders/:id', (_request, response) => void response.send('order'))
  const unnamed = express.Router().get('/orders/:id', (_request, response) => void response.send('order'))
  app.use('/shops/:shop', named)
  app.use('/users/:user', unnamed)
  expect(
    await routesFor(app, ['/shops/7/orders/8', '/shops/caf%C3%A9/orders/8', '/users/7/orders/8']),
  ).toEqual(['/shops/:shop/orders/:id', '/shops/:shop/orders/:id', undefined])
})

test('a RegExp route is named by its source, and a list of paths by the path that matched', async () => {
  const app = express()
  app.get(/^\/fl(y|ies)$/, (_request, response) => void response.send('fly'))
  app.get(['/one', '/uno'], (_request, response) => void response.send('1'))
  expect(await routesFor(app, ['/flies', '/uno'])).toEqual(['/^\\/fl(y|ies)$/', '/uno'])
})

test('a handler that throws gives a request entry with its route and 500', async () => {
  const app = express()
  app.set('env', 'test')
  app.get('/boom/:kind', (request) => {
    throw new Error(request.params.kind)
  })
  app.get('/later/:kind', async (request) => {
    await Promise.resolve()
    throw new Error(request.params.kind)
  })
  expect(await routesFor(app, ['/boom/now', '/later/then'])).toEqual(['/boom/:kind', '/later/:kind'])
  expect(watched.entries.map((entry) => entry.status_code)).toEqual([500, 500])
})

test('a mounted route with several paths is named by the path that matched', async () => {
  const router = express.Router()
  router.get(['/short', '/long/:name', '/files/*rest'], (_request, response) => void response.send('found'))
  const app = express()
  app.use(['/v1', '/v2'], router)
  const paths = ['/v1/short', '/v2/long/7', '/v1/files/a/b']
  expect(await routesFor(app, paths)).toEqual(['/v1/short', '/v2/long/:name', '/v1/files/*rest'])
})
