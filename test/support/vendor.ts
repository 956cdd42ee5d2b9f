import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'

/** One request as it arrived. */
export interface Seen {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The body as sent, still compressed. */
  readonly raw: Buffer
  /** The decompressed body. */
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was sent
  readonly json: any
  /** Number of the connection, counted from 0. */
  readonly connection: number
}

/** How to answer one request; `{}` accepts it. */
export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Closes the connection: before the answer, or in the middle of its body. */
  readonly reset?: 'before' | 'mid-body'
  /** Never answers. */
  readonly silent?: true
  /** Sends one byte every so many milliseconds, without end. */
  readonly dripMs?: number
  /** Sends bytes for as long as the client reads. */
  readonly endless?: true
  /** Answers when this promise resolves. */
  readonly after?: Promise<void>
  /** Closes the connection after the answer although it had announced to keep it open. */
  readonly hangUp?: true
}

export type Script = Reply | ((seen: Seen) => Reply)

export interface Vendor {
  readonly url: string
  readonly apiUrl: string
  readonly port: number
  /** All requests, in order. */
  readonly seen: readonly Seen[]
  /** Requests with a batch of logs. */
  readonly batches: readonly Seen[]
  /** Messages of the logs in accepted batches, in order of arrival. */
  messages(): string[]
  /** Sets the answers to the next requests, one each; the last one is repeated. */
  answer(...scripts: Script[]): void
  /** Number of requests that wait for an answer now, and the highest number so far. */
  readonly open: number
  readonly mostOpen: number
  readonly connections: number
  /** Number of open connections. */
  readonly connected: number
  close(): Promise<void>
}

/** A stand-in for Lognitor on a free port of loopback, with answers that the test sets. */
export async function startVendor(tls?: ServerOptions): Promise<Vendor> {
  const seen: Seen[] = []
  const taken: Seen[] = []
  const sockets = new Map<Socket, number>()
  let scripts: Script[] = []
  let connections = 0
  let open = 0
  let mostOpen = 0

  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const raw = await readAll(request).catch(() => undefined)
    if (raw === undefined) return
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString()
    const entry: Seen = {
      path: request.url ?? '',
      headers: request.headers,
      raw,
      text,
      json: text === '' ? undefined : JSON.parse(text),
      connection: sockets.get(request.socket) ?? -1,
    }
    seen.push(entry)
    open++
    mostOpen = Math.max(mostOpen, open)
    response.on('close', () => open--)
    const script = (scripts.length > 1 ? scripts.shift() : scripts[0]) ?? {}
    const reply = typeof script === 'function' ? script(entry) : script
    await reply.after
    if ((reply.status ?? 200) < 300 && !reply.reset && !reply.silent) taken.push(entry)
    respond(request, response, reply, entry)
  }
  const server = tls ? createSecureServer(tls, listener) : createServer(listener)
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.set(socket, connections++)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http${tls ? 's' : ''}://127.0.0.1:${port}`
  return {
    url,
    apiUrl: `${url}/api/v1`,
    port,
    seen,
    get batches() {
      return seen.filter(({ path }) => path.endsWith('/ingest'))
    },
    messages: () =>
      taken
        .filter(({ path }) => path.endsWith('/ingest'))
        .flatMap(({ json }) => json.logs.map((log: { message: string }) => log.message)),
    answer: (...next) => {
      scripts = next
    },
    get open() {
      return open
    },
    get mostOpen() {
      return mostOpen
    },
    get connections() {
      return connections
    },
    get connected() {
      return sockets.size
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets.keys()) socket.destroy()
      }),
  }
}

/** The service's answer to an accepted batch. */
export function takenBody({ json }: Seen, rejected: readonly number[] = []): string {
  const count = (json.logs ?? json.requests).length
  const errors = rejected.map((index) => ({ index, code: 'invalid', field: 'message', message: 'is empty' }))
  return JSON.stringify({ accepted: count - rejected.length, rejected: rejected.length, errors, message: '' })
}

function respond(request: IncomingMessage, response: ServerResponse, reply: Reply, seen: Seen): void {
  if (reply.silent) return
  if (reply.reset === 'before') {
    request.socket.destroy()
    return
  }
  const status = reply.status ?? 200
  const headers = { 'content-type': 'application/json', ...reply.headers }
  if (reply.reset === 'mid-body') {
    response.writeHead(status, { ...headers, 'content-length': '1000' })
    response.write('{"accepted":', () => request.socket.destroy())
    return
  }
  if (reply.dripMs !== undefined) {
    response.writeHead(status, headers)
    const timer = setInterval(() => response.write(' '), reply.dripMs)
    response.on('close', () => clearInterval(timer))
    return
  }
  if (reply.endless) {
    response.writeHead(status, headers)
    pour(response)
    return
  }
  const isTaken = status < 300 && (seen.json?.logs ?? seen.json?.requests)
  response.writeHead(status, headers)
  response.end(reply.body ?? (isTaken ? takenBody(seen) : ''), () => {
    if (reply.hangUp) request.socket.destroy()
  })
}

function pour(response: ServerResponse): void {
  const bytes = Buffer.alloc(16 * 1024, 'x')
  const more = () => {
    while (!response.destroyed) {
      if (!response.write(bytes)) {
        response.once('drain', more)
        return
      }
    }
  }
  more()
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
