// Made to need no OpenTelemetry but its API: request entries come by themselves, routes, user and errors by our plugin.
import Boom from '@hapi/boom'
import Hapi from '@hapi/hapi'
import { hapiPlugin } from '@lognitor/opentelemetry/instrumentation'

class CheckoutError extends Error {
  name = 'CheckoutError'
}

const server = Hapi.server({ port: process.env.PORT, host: '127.0.0.1', debug: false })
await server.register(hapiPlugin())
server.auth.scheme('header', () => ({
  authenticate: (request, h) => h.authenticated({ credentials: { id: request.headers['x-user'] } }),
}))
server.auth.strategy('header', 'header')
server.auth.default('header')
// One error names its status, for the other only we know it.
server.ext('onPreResponse', ({ response }, h) =>
  response.name === 'NotFound' ? h.response('sorry').code(404) : h.continue,
)

function get(path, handler) {
  server.route({ method: 'GET', path, handler })
}
get('/health', () => 'ok')
get('/orders/{id}', ({ params: { id } }) => {
  if (id > 1000) throw Object.assign(new Error('there is no such order'), { name: 'NotFound' })
  return { id }
})
get('/checkout/{id}', ({ params: { id } }) => {
  throw new CheckoutError(`card declined for order ${id}`)
})
get('/invoices/{id}', async ({ params: { id } }) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  throw new RangeError(`invoice ${id} has no total`)
})
get('/admin', () => {
  throw Boom.forbidden('not yours')
})
await server.start()
console.log(`listening on ${server.info.uri}`)
