import Hapi from '@hapi/hapi'
import { log } from './log.js'

const server = Hapi.server({ port: 0, host: '127.0.0.1' })
server.route([
  {
    method: 'GET',
    path: '/orders/{id}',
    handler: ({ params }) => {
      log.info('order looked up')
      return { id: params.id }
    },
  },
  {
    method: 'GET',
    path: '/boom',
    handler: () => {
      throw new TypeError('card declined')
    },
  },
])
server.start().then(() => process.stdout.write(`listening on ${server.info.port}\n`))
