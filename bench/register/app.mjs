// A service of one route that tells its parent when it has answered its first request, and what it takes then.
import { createServer, get } from 'node:http'
import express from 'express'

const app = express()
app.get('/health', (_, response) => response.send('ok'))
const server = createServer(app).listen(0, '127.0.0.1', () => {
  get(`http://127.0.0.1:${server.address().port}/health`, (response) => {
    response.resume().on('end', () => {
      const { user, system } = process.cpuUsage()
      process.send({ ms: performance.now(), cpuMs: (user + system) / 1000, rss: process.memoryUsage().rss })
    })
  })
})
