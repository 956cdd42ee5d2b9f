import { createServer } from 'node:http'

const server = createServer((request, response) => {
  if (request.url === '/boom') response.statusCode = 500
  if (request.url === '/nowhere') response.statusCode = 404
  response.end('plain')
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
server.unref()
