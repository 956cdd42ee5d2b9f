import { createServer } from 'node:http'
import { drawRetryAfter, nextFault } from './faults.mjs'

/**
 * A service with changing faults. It always keeps the wire contract: a known batch id gets its first answer again, and
 * an entry is accepted once.
 */
export async function startFaultyService(random) {
  /** Ids of logs and requests that it has accepted or refused, and has said so. */
  const confirmed = new Set()
  const refused = new Set()
  /** The body of the answer, by batch id. */
  const answers = new Map()
  const requestsByFault = new Map()
  let fault = { name: 'health', share: 0, untilMs: 0 }
  let isFaultless = false

  function currentFault() {
    if (isFaultless) return { name: 'health', share: 0 }
    if (Date.now() > fault.untilMs) fault = nextFault(random, Date.now())
    requestsByFault.set(fault.name, (requestsByFault.get(fault.name) ?? 0) + 1)
    return random() < fault.share ? fault : { name: 'health' }
  }

  /** Checks a request. Gives its answer, with the ids that it confirms. */
  function judge({ batch_id: id, logs, requests }, isStrict) {
    const known = id && answers.get(id)
    if (known) return known
    const names = (logs ?? requests).map(
      ({ metadata, request_id }) => metadata?.['log.record.uid'] ?? request_id,
    )
    const errors = isStrict
      ? names
          .map((_, index) => ({ index, code: 'invalid', field: 'message', message: 'disliked' }))
          .filter(() => random() < 0.2)
      : []
    const bad = new Set(errors.map(({ index }) => index))
    const answer = {
      status: errors.length > 0 ? 422 : 200,
      body: JSON.stringify({ accepted: names.length - bad.size, rejected: bad.size, errors, message: '' }),
      taken: names.filter((_, index) => !bad.has(index)),
      refused: names.filter((_, index) => bad.has(index)),
    }
    if (id) answers.set(id, answer)
    return answer
  }

  function reply(response, answer) {
    // The ids are confirmed only when the whole answer was sent.
    response.on('finish', () => {
      for (const name of answer.taken) confirmed.add(name)
      for (const name of answer.refused) refused.add(name)
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  }

  const server = createServer(async (request, response) => {
    let text = ''
    try {
      for await (const chunk of request) text += chunk
    } catch {
      return
    }
    const body = JSON.parse(text)
    const { name, status } = currentFault()
    const refuse = (code, headers = {}) => response.writeHead(code, headers).end('{}')
    switch (name) {
      case 'errors':
      case 'outage':
        return refuse(status[Math.floor(random() * status.length)])
      case 'refusals':
        // Only ids that were never accepted: a confirmed entry is not refused later.
        if (answers.has(body.batch_id)) return reply(response, judge(body))
        return refuse(status[Math.floor(random() * status.length)])
      case 'quota': {
        const retryAfter = drawRetryAfter(random, Date.now())
        return refuse(429, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
      }
      case 'small batches only':
        if ((body.logs ?? body.requests).length > 20 && !answers.has(body.batch_id)) return refuse(413)
        return reply(response, judge(body))
      case 'invalid logs':
        return reply(response, judge(body, body.logs !== undefined))
      case 'cuts before':
        return request.socket.destroy()
      case 'cuts after':
        judge(body)
        return request.socket.destroy()
      case 'torn answers':
        judge(body)
        response.writeHead(200, { 'content-length': '100' })
        return response.write('{', () => request.socket.destroy())
      case 'slowness':
        return setTimeout(() => reply(response, judge(body)), random() * 2000)
      case 'silence':
        return undefined
      case 'endless answers': {
        const answer = judge(body)
        for (const each of answer.taken) confirmed.add(each)
        for (const each of answer.refused) refused.add(each)
        // An answer without details says nothing about single logs.
        if (answer.status === 422) return reply(response, answer)
        response.writeHead(200)
        const pour = () => {
          while (!response.destroyed && response.write('x'.repeat(16_384)));
        }
        response.on('drain', pour)
        return pour()
      }
      default:
        return reply(response, judge(body))
    }
  })
  server.on('clientError', (_, socket) => socket.destroy())
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    apiUrl: `http://127.0.0.1:${server.address().port}/api/v1`,
    confirmed,
    refused,
    requestsByFault,
    endFaults: () => {
      isFaultless = true
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}
