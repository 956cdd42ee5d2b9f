import express from 'express'
import { log } from './log.js'

const app = express()
app.get('/orders/:id', (req, res) => {
  log.info('order looked up')
  res.json({ id: req.params.id })
})
app.get('/boom', () => {
  throw new TypeError('card declined')
})
app.get('/health', (_req, res) => res.send('ok'))
const server = app.listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening on ${server.address().port}\n`),
)
