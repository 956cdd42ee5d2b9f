import express from 'express'
import pino from 'pino'
import { opened } from './opened.mjs'

const log = pino({ name: 'mailer', level: 'debug' }, pino.destination(2))
const app = express()

// One mailbox of ten is full.
app.post('/confirm/:order', async (req, res) => {
  const { order } = req.params
  await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 40))
  if (Math.random() < 0.1) {
    log.warn({ order, retryInMinutes: 15 }, 'the mailbox is full')
    return res.status(202).json({ isSent: false })
  }
  log.info({ order }, 'confirmation sent')
  res.json({ isSent: true })
})

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  opened(server, log, 'mailer is open'),
)
