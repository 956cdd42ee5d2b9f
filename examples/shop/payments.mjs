import express from 'express'
import pino from 'pino'
import { opened } from './opened.mjs'

const log = pino({ name: 'payments', level: 'debug' }, pino.destination(2))
const app = express()

// A bank takes its time, and declines one card of five.
app.get('/charge/:order', async (req, res) => {
  const { order } = req.params
  log.debug({ order }, 'asking the bank')
  await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 90))
  const isPaid = Math.random() > 0.2
  if (isPaid) log.info({ order, amount: { value: 20 + Number(order), currency: 'EUR' } }, 'charged')
  else log.warn({ order, reason: 'insufficient funds' }, 'the bank declined')
  res.json({ isPaid })
})

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  opened(server, log, 'payments is open'),
)
