import Fastify from 'fastify'

const app = Fastify({ logger: true })
app.get('/orders/:id', async (request) => {
  request.log.info('order looked up')
  return { id: request.params.id }
})
app.get('/boom', async () => {
  throw new TypeError('card declined')
})
app
  .listen({ port: 0, host: '127.0.0.1' })
  .then(() => process.stdout.write(`listening on ${app.server.address().port}\n`))
