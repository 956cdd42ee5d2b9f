// Made to need no OpenTelemetry but its API: request entries come by themselves, routes, user and errors by our middleware.
import Router from '@koa/router'
import { koaMiddleware } from '@lognitor/opentelemetry/instrumentation'
import Koa from 'koa'

class CheckoutError extends Error {
  name = 'CheckoutError'
}

const app = new Koa()
app.silent = true
app.use(async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    // One error names its status, for the other only we know it.
    ctx.status = error.name === 'NotFound' ? 404 : (error.status ?? 500)
  }
})
app.use(koaMiddleware())
app.use((ctx, next) => {
  ctx.state.user = { id: ctx.get('x-user') }
  return next()
})
const router = new Router()
router.get('/health', (ctx) => {
  ctx.body = 'ok'
})
router.get('/orders/:id', (ctx) => {
  if (ctx.params.id > 1000) throw Object.assign(new Error('there is no such order'), { name: 'NotFound' })
  ctx.body = 'order'
})
router.get('/checkout/:id', (ctx) => {
  throw new CheckoutError(`card declined for order ${ctx.params.id}`)
})
router.get('/invoices/:id', async (ctx) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  throw new RangeError(`invoice ${ctx.params.id} has no total`)
})
router.get('/admin', (ctx) => ctx.throw(403, 'not yours'))
app.use(router.routes())
const server = app.listen(process.env.PORT, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
