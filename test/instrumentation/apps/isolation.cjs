// Rounds of interleaved requests, each with its own user, context, tags and breadcrumbs, and without an OpenTelemetry
// context manager. Every log is compared with the request it names.
const { readFile } = require('node:fs')
const { Agent, createServer, request: post } = require('node:http')
const { PassThrough, Readable, Writable } = require('node:stream')
const { pipeline } = require('node:stream/promises')
const { setTimeout: sleep } = require('node:timers/promises')
const lognitor = require('@lognitor/opentelemetry')
const { withLognitor } = require('@lognitor/opentelemetry/instrumentation')

const ROUNDS = Number(process.env.ROUNDS)
const REQUESTS = 200
const result = { requests: 0, logs: 0, entries: 0, points: {}, leaks: [], leakCount: 0 }

function check(log) {
  result.logs++
  const [id, point] = log.message.split(' ')
  result.points[point] = (result.points[point] ?? 0) + 1
  const request = id.replace('-job', '')
  const leak = (what, seen) => {
    result.leakCount++
    if (result.leaks.length < 10) result.leaks.push([log.message, what, seen])
  }
  if (log.user?.id !== id) leak('user', log.user)
  if (log.metadata?.own !== request) leak('context', log.metadata)
  if (log.tags?.join() !== request) leak('tags', log.tags)
  if (log.session_id !== `session-${request}`) leak('session', log.session_id)
  if (log.request_id !== `request-${request}`) leak('request id', log.request_id)
  if (log.level !== 'fatal') return
  if (log.request?.path !== `/work/${request}`) leak('request', log.request)
  const crumbs = log.breadcrumbs.map(({ message }) => message)
  if (crumbs[0] !== `POST /work/${request}`) leak('first breadcrumb', crumbs)
  if (crumbs.length < 10) leak('too few breadcrumbs', crumbs)
  if (!crumbs.slice(1).every((crumb) => crumb.startsWith(`${request} `))) leak('breadcrumbs', crumbs)
}

const transport = {
  async send({ path, body }) {
    const { logs = [], requests = [] } = JSON.parse(Buffer.from(body))
    for (const log of logs) check(log)
    result.entries += requests.length
    const answer = { accepted: logs.length, rejected: 0, errors: [] }
    return { status: 200, headers: {}, body: path === '/ingest' ? JSON.stringify(answer) : '{}' }
  },
}
const client = lognitor.init({
  apiKey: 'test-key',
  transport,
  maxQueueSize: 1_000_000,
  maxQueueBytes: 1024 ** 3,
  captureUncaught: false,
  flushOnExit: false,
  breadcrumbs: { requests: true, outgoing: false, logs: false },
})
withLognitor({}, { client })

let after = 0

const server = createServer(async (request, response) => {
  const id = request.url.slice('/work/'.length)
  const touch = (point) => {
    lognitor.addBreadcrumb({ message: `${id} ${point}` })
    lognitor.info(`${id} ${point}`)
  }
  lognitor.setUser({ id })
  lognitor.setContext({ own: id })
  lognitor.setTags([id])
  lognitor.setSession(`session-${id}`)
  touch('handler')
  request.on('data', () => touch('req-data'))
  request.on('end', () => touch('req-end'))
  request.on('close', () => touch('req-close'))
  response.on('finish', () => touch('res-finish'))
  response.on('close', async () => {
    lognitor.fatal(`${id} res-close`)
    after++
    await sleep(Math.random() * 5)
    lognitor.fatal(`${id} after-the-answer`)
    after--
  })
  process.nextTick(touch, 'next-tick')
  queueMicrotask(() => touch('microtask'))
  setImmediate(touch, 'immediate')
  readFile(__filename, () => touch('file'))
  await sleep(Math.random() * 10)
  touch('timer')
  for await (const _ of Readable.from(['a', 'b'])) await null
  touch('for-await')
  const sink = new Writable({
    write(_bytes, _encoding, done) {
      setTimeout(done, Math.random() * 3)
    },
  })
  await pipeline(request, new PassThrough(), sink)
  touch('pipeline')
  const jobs = [1, 2].map(() =>
    lognitor.withScope(async () => {
      lognitor.setUser({ id: `${id}-job` })
      await sleep(Math.random() * 3)
      lognitor.info(`${id}-job in-a-scope`)
    }),
  )
  await Promise.all(jobs)
  touch('after-jobs')
  response.write('some')
  await sleep(Math.random() * 5)
  response.end('body', () => touch('end-callback'))
})

const agent = new Agent({ keepAlive: true, maxSockets: 40 })

function ask(port, id) {
  return new Promise((resolve, reject) => {
    const headers = { 'x-request-id': `request-${id}` }
    const options = { port, host: '127.0.0.1', agent, path: `/work/${id}`, method: 'POST', headers }
    const asked = post(options, (response) => {
      response.resume()
      response.on('end', resolve)
    })
    asked.on('error', reject)
    asked.write('first')
    setTimeout(() => asked.end('second'), Math.random() * 5)
  })
}

server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address()
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(Array.from({ length: REQUESTS }, (_, n) => ask(port, `r${round}n${n}`)))
    result.requests += REQUESTS
    await client.flush(60_000)
  }
  while (after > 0) await sleep(5)
  await sleep(20)
  agent.destroy()
  server.close()
  result.delivered = await client.shutdown(60_000)
  result.dropped = client.stats().dropped
  process.send({ port, ...result }, () => process.disconnect())
})
