// Made to need no OpenTelemetry but its API: request entries come by themselves, errors by our handler.
import { expressErrorHandler } from '@lognitor/opentelemetry/instrumentation'
import express from 'express'

class CheckoutError extends Error {
  name = 'CheckoutError'
}

const app = express()
app.use((req, _res, next) => {
  req.user = { id: req.get('x-user') }
  next()
})
app.get('/health', (_req, res) => res.send('ok'))
app.get('/orders/:id', ({ params: { id } }, res) => {
  if (id > 1000) throw Object.assign(new Error('there is no such order'), { name: 'NotFound' })
  res.json({ id })
})
app.get('/checkout/:id', ({ params: { id } }) => {
  throw new CheckoutError(`card declined for order ${id}`)
})
app.get('/invoices/:id', async ({ params: { id } }) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  throw new RangeError(`invoice ${id} has no total`)
})
app.get('/admin', (_req, _res, next) => next(Object.assign(new Error('not yours'), { status: 403 })))
app.use(expressErrorHandler())
app.use((error, _req, res, _next) => {
  // One error names its status, for the other only we know it.
  res.status(error.name === 'NotFound' ? 404 : (error.status ?? 500)).end()
})
const server = app.listen(process.env.PORT, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
