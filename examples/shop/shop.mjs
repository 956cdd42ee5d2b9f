import express from 'express'
import pino from 'pino'

const warehouse = process.env.WAREHOUSE_URL
const log = pino({ name: 'shop', level: 'debug' }, pino.destination(2))

class CheckoutError extends Error {
  name = 'CheckoutError'
}

const app = express()
app.use(express.json())

// Whoever authenticates puts the user on the request; Lognitor asks for it when a log is written.
app.use((req, _res, next) => {
  const id = req.get('x-user')
  if (id) req.user = { id, email: `${id}@example.com` }
  next()
})

app.get('/health', (_req, res) => res.send('ok'))

app.get('/', (_req, res) => {
  log.debug('front page')
  res.send('Welcome')
})

app.get('/orders/:id', async (req, res) => {
  const { id } = req.params
  log.info({ orderId: id }, 'order looked up')
  const stock = await askWarehouse(`/stock/${Number(id) % 7}`)
  res.json({ id, stock })
})

app.post('/orders', (req, res) => {
  if (!req.body?.sku) {
    log.warn({ body: req.body }, 'order without an article')
    return res.status(400).json({ error: 'sku is missing' })
  }
  log.info({ sku: req.body.sku, email: req.user?.email }, 'order placed')
  res.status(201).json({ id: Math.ceil(Math.random() * 1000) })
})

// A route that throws: the error, the request and this log share one request id.
app.post('/checkout/:id', (req) => {
  log.info({ orderId: req.params.id, card: '4111 1111 1111 1111' }, 'paying')
  throw new CheckoutError(`card declined for order ${req.params.id}`)
})

// One that fails later.
app.get('/invoices/:id', async (req) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  const invoice = req.params.missing
  return invoice.total
})

// A slow one.
app.get('/reports/:year', async (req, res) => {
  const startedAt = performance.now()
  await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 500))
  log.info({ year: req.params.year, ms: performance.now() - startedAt }, 'report written')
  res.json({ year: req.params.year })
})

// The application answers errors as it likes; they are captured all the same.
app.use((_error, _req, res, _next) => {
  res.status(500).json({ error: 'something went wrong' })
})

async function askWarehouse(path) {
  const answer = await fetch(warehouse + path)
  if (!answer.ok) throw new Error(`warehouse answered ${answer.status} to ${path}`)
  return answer.json()
}

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const { port } = server.address()
  log.info({ port }, 'shop is open')
  process.send?.({ port })
})
