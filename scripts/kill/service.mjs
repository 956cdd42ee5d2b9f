import { createServer } from 'node:http'

/**
 * A service that accepts or fails at random: late, with errors, with connections that are cut before or after a batch
 * is stored. Remembers what it has accepted.
 */
export async function startService(random) {
  /** By batch id: the bodies under which it was accepted. */
  const batches = new Map()
  /** By message: the ids of its batches. */
  const arrivals = new Map()
  let faults = {}

  const take = (text) => {
    const { batch_id: id, logs } = JSON.parse(text)
    const batch = batches.get(id) ?? { texts: [] }
    batches.set(id, batch)
    batch.texts.push(text)
    for (const { message } of logs) {
      const ids = arrivals.get(message) ?? new Set()
      arrivals.set(message, ids.add(id))
    }
  }

  const server = createServer(async (request, response) => {
    let text = ''
    try {
      for await (const chunk of request) text += chunk
    } catch {
      // The sender was killed.
      return
    }
    const { errors = 0, cuts = 0, delayMs = 0 } = faults
    if (random() < errors) {
      response.writeHead(503).end()
      return
    }
    if (random() < cuts) {
      // The sender does not learn whether the batch was accepted.
      if (random() < 0.5) take(text)
      request.socket.destroy()
      return
    }
    take(text)
    setTimeout(() => response.writeHead(200).end(), random() * delayMs)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    apiUrl: `http://127.0.0.1:${server.address().port}/api/v1`,
    batches,
    arrivals,
    misbehave: () => {
      const kind = random()
      if (kind < 0.3) faults = { errors: 1 }
      else if (kind < 0.5) faults = {}
      else faults = { errors: random() * 0.3, cuts: random() * 0.3, delayMs: random() * 400 }
    },
    behave: () => {
      faults = {}
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}
