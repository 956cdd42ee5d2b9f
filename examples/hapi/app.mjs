import Boom from '@hapi/boom'
import Hapi from '@hapi/hapi'
import pino from 'pino'

const log = pino()
const server = Hapi.server({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' })

class CheckoutError extends Error {
  name = 'CheckoutError'
}

// Whoever authenticates puts the user on Node's request; `captureUser: true` takes it from there.
server.ext('onPreAuth', (request, h) => {
  const id = request.headers['x-user']
  if (id) request.raw.req.user = { id }
  return h.continue
})

server.route([
  { method: 'GET', path: '/health', handler: () => 'ok' },
  {
    method: 'GET',
    path: '/orders/{id}',
    handler: ({ params: { id } }) => {
      // A 4xx is an answer and not an error.
      if (Number(id) > 1000) throw Boom.notFound(`there is no order ${id}`)
      log.info({ orderId: id }, 'order looked up')
      return { id }
    },
  },
  // Thrown at once, and thrown later: both are captured, once, with this request's trace and id.
  {
    method: 'GET',
    path: '/checkout/{id}',
    handler: ({ params: { id } }) => {
      log.info({ orderId: id }, 'paying')
      throw new CheckoutError(`card declined for order ${id}`)
    },
  },
  {
    method: 'GET',
    path: '/invoices/{id}',
    handler: async ({ params: { id } }) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      throw new RangeError(`invoice ${id} has no total`)
    },
  },
  {
    method: 'GET',
    path: '/admin',
    handler: () => {
      throw Boom.forbidden('not yours')
    },
  },
])

await server.start()
console.log(`listening on ${server.info.uri}`)
