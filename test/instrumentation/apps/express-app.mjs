import express from 'express'

const app = express()
app.set('env', 'test')
app.get('/orders/:id', (request, response) => void response.json({ id: request.params.id }))
app.use(
  '/api',
  express.Router().get('/items/:id', (_request, response) => void response.send('item')),
)
app.get('/boom', async () => {
  throw new Error('boom')
})
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
server.unref()
