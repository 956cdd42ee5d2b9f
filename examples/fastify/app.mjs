import Fastify from 'fastify'

// Fastify's own logger is pino, and reaches Lognitor like any other pino.
const app = Fastify({ logger: true })

class CheckoutError extends Error {
  name = 'CheckoutError'
}

// Whoever authenticates puts the user on the request; `captureUser: true` takes it from there.
app.decorateRequest('user', null)
app.addHook('onRequest', async (request) => {
  const id = request.headers['x-user']
  if (id) request.user = { id }
})

app.get('/health', async () => 'ok')

await app.register(
  async (orders) => {
    orders.get('/:id', async (request, reply) => {
      const { id } = request.params
      if (Number(id) > 1000) return reply.code(404).send({ error: `there is no order ${id}` })
      request.log.info({ orderId: id }, 'order looked up')
      return { id }
    })
  },
  { prefix: '/orders' },
)

// Thrown at once, and thrown later: both are captured, once, with this request's trace and id.
app.get('/checkout/:id', (request) => {
  request.log.info({ orderId: request.params.id }, 'paying')
  throw new CheckoutError(`card declined for order ${request.params.id}`)
})

app.get('/invoices/:id', async (request) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  throw new RangeError(`invoice ${request.params.id} has no total`)
})

// A 4xx is an answer and not an error.
app.get('/admin', async () => {
  throw Object.assign(new Error('not yours'), { statusCode: 403 })
})

const address = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' })
console.log(`listening on ${address}`)
