import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LognitorClient } from '../../src/client/client.js'
import { forgetWarnings } from '../../src/config/errors.js'
import type { Options } from '../../src/config/options.js'
import type { Pipeline } from '../../src/pipeline/pipeline.js'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { type OnManualClock, openOnManualClock } from '../support/pipeline.js'
import { until } from '../support/until.js'

export { inMemory } from '../support/in-memory.js'
export { KEY } from '../support/pipeline.js'

/** One request as it was sent. */
export interface Sent {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was sent
  readonly body: any
}

export interface WatchedInbox {
  readonly inbox: Inbox
  readonly apiUrl: string
  /** Every request so far, in order. */
  readonly sent: readonly Sent[]
  close(): Promise<void>
}

/** An inbox, and a server in front of it that records the requests. */
export async function startWatchedInbox(): Promise<WatchedInbox> {
  const inbox = await startInbox()
  const sent: Sent[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const path = request.url ?? ''
    sent.push({ path, headers: request.headers, body: JSON.parse(body.toString()) })
    const key = request.headers['x-api-key']
    const answer = await fetch(inbox.url + path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...(typeof key === 'string' && { 'x-api-key': key }) },
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    inbox,
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    sent,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await inbox.close()
    },
  }
}

export interface OnClock extends OnManualClock {
  readonly client: LognitorClient
  /** Resolves when this number of calls has been answered and the client has handled the answers. */
  answered(calls: number): Promise<void>
}

/** A client with a scripted service and a clock that the test moves. */
export async function onClock(options: Options = {}): Promise<OnClock> {
  const rig = await openOnManualClock(options)
  const answers = countAnswers(rig.pipeline)
  return {
    ...rig,
    client: new LognitorClient(rig.pipeline),
    answered: (calls) => until(() => answers() >= calls, `${calls} answers`),
  }
}

function countAnswers({ destinations: { current } }: Pipeline): () => number {
  let answers = 0
  const post = current.post.bind(current)
  current.post = async (...args) => {
    const posted = await post(...args)
    setImmediate(() => answers++)
    return posted
  }
  return () => answers
}

/** The process warnings of this package while the function runs. Earlier warnings are reset. */
export async function warningsDuring(fn: () => unknown): Promise<string[]> {
  forgetWarnings()
  const codes: string[] = []
  const listener = (warning: Error & { code?: string }) => {
    if (warning.name === 'LognitorWarning') codes.push(`${warning.code}: ${warning.message}`)
  }
  process.on('warning', listener)
  try {
    await fn()
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.removeListener('warning', listener)
  }
  return codes
}
