import Router from '@koa/router'
import Koa from 'koa'
import pino from 'pino'

const log = pino()
const app = new Koa()

class CheckoutError extends Error {
  name = 'CheckoutError'
}

// Koa would print what is thrown; here the error's log is enough.
app.on('error', () => {})

// Whoever authenticates puts the user on the request; `captureUser: true` takes it from there.
app.use((ctx, next) => {
  const id = ctx.get('x-user')
  if (id) ctx.req.user = { id }
  return next()
})

const router = new Router()

router.get('/health', (ctx) => {
  ctx.body = 'ok'
})

const orders = new Router({ prefix: '/orders' })
orders.get('/:id', (ctx) => {
  const { id } = ctx.params
  // A 4xx is an answer and not an error.
  if (Number(id) > 1000) ctx.throw(404, `there is no order ${id}`)
  log.info({ orderId: id }, 'order looked up')
  ctx.body = { id }
})
router.use(orders.routes())

// Thrown at once, and thrown later: both are captured, once, with this request's trace and id.
router.get('/checkout/:id', (ctx) => {
  log.info({ orderId: ctx.params.id }, 'paying')
  throw new CheckoutError(`card declined for order ${ctx.params.id}`)
})

router.get('/invoices/:id', async (ctx) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  throw new RangeError(`invoice ${ctx.params.id} has no total`)
})

router.get('/admin', (ctx) => ctx.throw(403, 'not yours'))

app.use(router.routes())

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
