// Made to need no OpenTelemetry but its API: request entries come by themselves, errors by our plugin.
import { fastifyPlugin } from '@lognitor/opentelemetry/instrumentation'
import Fastify from 'fastify'

class CheckoutError extends Error {
  name = 'CheckoutError'
}

const app = Fastify()
await app.register(fastifyPlugin())
app.setErrorHandler((error, _request, reply) => {
  // One error names its status, for the other only we know it.
  reply.code(error.name === 'NotFound' ? 404 : (error.statusCode ?? 500)).send({ error: 'sorry' })
})
app.addHook('onRequest', async (request) => {
  request.user = { id: request.headers['x-user'] }
})
app.get('/health', async () => 'ok')
await app.register(async (orders) => {
  orders.get('/orders/:id', ({ params: { id } }, reply) => {
    if (id > 1000) throw Object.assign(new Error('there is no such order'), { name: 'NotFound' })
    reply.send({ id })
  })
})
app.get('/checkout/:id', ({ params: { id } }) => {
  throw new CheckoutError(`card declined for order ${id}`)
})
app.get('/invoices/:id', async ({ params: { id } }) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  throw new RangeError(`invoice ${id} has no total`)
})
app.get('/admin', async () => {
  throw Object.assign(new Error('not yours'), { statusCode: 403 })
})
console.log(`listening on ${await app.listen({ port: process.env.PORT, host: '127.0.0.1' })}`)
