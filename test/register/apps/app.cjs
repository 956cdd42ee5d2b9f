// The Express example as a CommonJS module.
const express = require('express')
const pino = require('pino')

const log = pino()
const app = express()

class CheckoutError extends Error {
  name = 'CheckoutError'
}

app.use((req, _res, next) => {
  const id = req.get('x-user')
  if (id) req.user = { id }
  next()
})

app.get('/health', (_req, res) => res.send('ok'))

const orders = express.Router()
orders.get('/:id', (req, res) => {
  const { id } = req.params
  if (Number(id) > 1000) return res.status(404).json({ error: `there is no order ${id}` })
  log.info({ orderId: id }, 'order looked up')
  res.json({ id })
})
app.use('/orders', orders)

app.get('/checkout/:id', (req) => {
  log.info({ orderId: req.params.id }, 'paying')
  throw new CheckoutError(`card declined for order ${req.params.id}`)
})

app.get('/invoices/:id', async (req) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  throw new RangeError(`invoice ${req.params.id} has no total`)
})

app.get('/admin', (_req, _res, next) => next(Object.assign(new Error('not yours'), { status: 403 })))

app.use((error, _req, res, _next) => {
  res.status(error.status ?? 500).json({ error: 'something went wrong' })
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
