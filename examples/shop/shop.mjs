import { captureException, registerRelease, submitFeedback } from '@lognitor/opentelemetry'
import express from 'express'
import pino from 'pino'
import { opened } from './opened.mjs'

const { WAREHOUSE_URL: warehouse, PAYMENTS_URL: payments, LOGNITOR_VERSION: version } = process.env
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
  const stock = await ask(warehouse, `/stock/${Number(id) % 7}`)
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

// A call to another service, which says no now and then: the error, the request and this log share one request id.
app.post('/checkout/:id', async (req, res) => {
  log.info({ orderId: req.params.id, card: '4111 1111 1111 1111' }, 'paying')
  const { isPaid } = await ask(payments, `/charge/${req.params.id}`)
  if (!isPaid) throw new CheckoutError(`card declined for order ${req.params.id}`)
  log.info({ orderId: req.params.id }, 'paid')
  res.json({ isPaid })
})

// The news of release 1.1.0, with the mistake that came with them.
app.get('/coupons/:code', (req, res) => {
  if (version === '1.0.0') return res.status(404).json({ error: 'no such page' })
  const coupon = req.params.code === 'SUMMER' ? { percent: 20 } : undefined
  res.json({ percent: coupon.percent })
})

// One that fails later.
app.get('/invoices/:id', async (req) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  const invoice = req.params.missing
  return invoice.total
})

// A slow one, and slower since the release.
app.get('/reports/:year', async (req, res) => {
  const startedAt = performance.now()
  const leastMs = version === '1.0.0' ? 250 : 700
  await new Promise((resolve) => setTimeout(resolve, leastMs + Math.random() * 400))
  log.info({ year: req.params.year, ms: performance.now() - startedAt }, 'report written')
  res.json({ year: req.params.year })
})

// What a customer says of an error, by the id that the answer to it carried.
app.post('/feedback', async (req, res) => {
  const { eventId, comments, name } = req.body
  res.json({ taken: await submitFeedback({ eventId, comments, name }) })
})

app.use((error, _req, res, _next) => {
  res.status(500).json({ error: 'something went wrong', eventId: captureException(error) })
})

async function ask(service, path) {
  const answer = await fetch(service + path)
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`)
  return answer.json()
}

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  opened(server, log, 'shop is open'),
)

await registerRelease({
  version,
  branch: 'main',
  commitHash: version === '1.0.0' ? '6f1c2ab' : 'b70e9d4',
  deployedBy: 'ci',
  changelog: version === '1.0.0' ? 'The first shop.' : 'Coupons. Reports by month.',
  services: ['shop'],
})
