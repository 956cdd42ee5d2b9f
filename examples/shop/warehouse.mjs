import express from 'express'
import pino from 'pino'
import { opened } from './opened.mjs'

const log = pino({ name: 'warehouse', level: 'debug' }, pino.destination(2))
const app = express()

app.get('/stock/:shelf', (req, res) => {
  const { shelf } = req.params
  if (shelf === '6' && Math.random() < 0.5) throw new RangeError(`shelf ${shelf} has collapsed`)
  log.debug({ shelf }, 'counted')
  res.json({ shelf, pieces: 10 * Number(shelf) })
})

app.use((_error, _req, res, _next) => {
  res.status(500).json({ error: 'something went wrong' })
})

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  opened(server, log, 'warehouse is open'),
)
