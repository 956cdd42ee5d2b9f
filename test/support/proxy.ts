import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export interface ProxyStub {
  readonly url: string
  /** First lines of the requests it got, `CONNECT host:443` or `POST http://...`, with the headers. */
  readonly asked: readonly { readonly line: string; readonly headers: IncomingMessage['headers'] }[]
  close(): Promise<void>
}

export interface ProxyOptions {
  /** The required credentials, `user:password`. */
  readonly credentials?: string
  /** The address to connect to instead of the requested one. */
  readonly port?: number
}

/** A small proxy: forwards http, and opens tunnels for https. */
export async function startProxy({ credentials, port: fixedPort }: ProxyOptions = {}): Promise<ProxyStub> {
  const asked: { line: string; headers: IncomingMessage['headers'] }[] = []
  const sockets = new Set<Socket>()
  const isWelcome = (request: IncomingMessage) => {
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers })
    const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`
    return !wanted || request.headers['proxy-authorization'] === wanted
  }

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (!isWelcome(request)) {
      response.writeHead(407).end()
      return
    }
    const { hostname, port, pathname } = new URL(request.url ?? '')
    const { method, headers } = request
    const onward = forward(
      { hostname, port: fixedPort ?? port, path: pathname, method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.writeHead(502).end())
    request.pipe(onward)
  })
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => {})
    if (!isWelcome(request)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const [, port] = (request.url ?? '').split(':')
    const onward = connect(fixedPort ?? Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket)
      socket.pipe(onward)
    })
    sockets.add(onward)
    onward.on('error', () => socket.destroy())
  })
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
