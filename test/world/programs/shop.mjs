// A service that answers three requests, one of them by a thrown error. Then it ends by process.exit at once, or stays
// until it is stopped.
import express from 'express'
import pino from 'pino'

const log = pino()
const app = express()
app.get('/orders/:id', (request, response) => {
  log.info({ order: request.params.id }, 'order looked up')
  response.json({ id: request.params.id })
})
app.get('/boom', async () => {
  throw new TypeError('no such order')
})

const server = app.listen(0, '127.0.0.1', async () => {
  const origin = `http://127.0.0.1:${server.address().port}`
  for (const path of ['/orders/7', '/boom', '/nowhere']) {
    const answer = await fetch(origin + path, { headers: { connection: 'close' } })
    await answer.text()
  }
  // Where another SDK is loaded, that one needs to be asked.
  await globalThis.flushOther?.()
  if (process.env.STAY) console.error('ready')
  else server.close(() => process.exit(3))
})
