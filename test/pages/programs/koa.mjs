import Router from '@koa/router'
import Koa from 'koa'
import { log } from './log.js'

const router = new Router()
router.get('/orders/:id', (ctx) => {
  log.info('order looked up')
  ctx.body = { id: ctx.params.id }
})
router.get('/boom', () => {
  throw new TypeError('card declined')
})
const app = new Koa()
app.use(router.routes())
const server = app.listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening on ${server.address().port}\n`),
)
