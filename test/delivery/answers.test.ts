import { request } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { AnswerReader } from '../../src/delivery/http/answer-reader.js'
import { httpTransport } from '../../src/delivery/http/http.js'
import { isUntaken } from '../../src/delivery/http/outcome.js'
import type { TransportAnswer } from '../../src/wire/transport.js'

const HEAD = 'HTTP/1.1 200 OK\r\n'

/** Answers of which Node's own client and ours must read the same. */
const ANSWERS: Record<string, string> = {
  'a length': `${HEAD}Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{"accepted": 1}`,
  'no body': `${HEAD}Content-Length: 0\r\n\r\n`,
  'the status 204': 'HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n',
  'no reason': 'HTTP/1.1 503 \r\nRetry-After: 7\r\ncontent-length: 2\r\n\r\n{}',
  chunks: `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n2;name="v"\r\n1}\r\n0\r\n\r\n`,
  'chunks and trailers': `${HEAD}transfer-encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nX-T: 1\r\nX-U: 2\r\n\r\n`,
  'chunk sizes with zeros before': `${HEAD}transfer-encoding: chunked\r\n\r\n0000000000A\r\n0123456789\r\n000000000000\r\n\r\n`,
  'two lines of transfer codings': `${HEAD}transfer-encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  'two lines of wishes for the connection': `${HEAD}connection: keep-alive\r\nConnection: close\r\ncontent-length: 2\r\n\r\n{}`,
  'the end of the connection': `${HEAD}Content-Type: text/html\r\n\r\n<p>until the end`,
  'HTTP/1.0': 'HTTP/1.0 200 OK\r\nServer: old\r\n\r\nold',
  'interim answers before it':
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 2\r\n\r\n{}',
  'spaces around values': `${HEAD}X-A:  b \t\r\nX-B:\r\nContent-Length:2\r\n\r\n{}`,
  'characters beyond ASCII': `${HEAD}Content-Length: 9\r\nX-N: \xe9\r\n\r\n"\xc3\xa9\xe2\x82\xac"\r\n`,
}

/** Bytes that are no answer. */
const FOREIGN: Record<string, string> = {
  'another protocol': 'SSH-2.0-OpenSSH_9.6\r\n',
  'an alert of TLS': '\x15\x03\x01\x00\x02\x02\x46',
  'HTTP/2': 'HTTP/2 200\r\ncontent-length: 0\r\n\r\n',
  'a protocol that nobody asked for': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n',
  'two lengths': `${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}}`,
  'the same length twice': `${HEAD}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
  'a length beside another coding': `${HEAD}Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}`,
  'a length that is no number': `${HEAD}Content-Length: 1e1\r\n\r\n{}`,
  'a continued line': `${HEAD}X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n`,
  'a space before a colon': `${HEAD}Content-Length : 0\r\n\r\n`,
  'a chunk without a size': `${HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`,
  'a chunk longer than its size': `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n0\r\n\r\n`,
  'a chunk size beyond all numbers': `${HEAD}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}`,
  'line feeds alone': 'HTTP/1.1 200 OK\nContent-Length: 2\n\n{}',
  'a line feed alone within the head': `${HEAD}X-A: b\nContent-Length: 2\r\n\r\n{}`,
  'a NUL within the head': `${HEAD}X-A: a\0b\r\nContent-Length: 2\r\n\r\n{}`,
  'an endless head': `${HEAD}X-A: ${'b'.repeat(20_000)}`,
  'an endless chunk line': `${HEAD}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(5_000)}`,
}

let server: Server | undefined
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())))

/** Serves connections of TCP. @returns the address as a URL */
async function serve(onConnection: (socket: Socket) => void): Promise<string> {
  const listening = createServer((socket) => {
    socket.on('error', () => {})
    onConnection(socket)
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

/** Serves one answer to each request, and closes the connection. */
const serveAnswer = (answer: string) =>
  serve((socket) => socket.once('data', () => socket.end(answer, 'latin1')))

const post = { path: '/ingest', headers: {}, body: Buffer.from('{}') }

async function readByOurs(url: string): Promise<TransportAnswer> {
  const transport = httpTransport({ apiUrl: url, compression: 'none', proxy: false })
  try {
    return await transport.send(post)
  } finally {
    await transport.close?.()
  }
}

function readByNodes(url: string): Promise<TransportAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk) => chunks.push(chunk))
      answer.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body })
      })
    })
    sent.on('error', reject)
    sent.end('{}')
  })
}

describe('an answer with', () => {
  for (const [name, answer] of Object.entries(ANSWERS)) {
    test(`${name} is read as Node's own client reads it`, async () => {
      const url = await serveAnswer(answer)
      const { headers, ...expected } = await readByNodes(url)
      const read = await readByOurs(url)
      expect(read).toMatchObject(expected)
      expect({ ...read.headers }).toEqual({ ...headers })
    })

    test(`${name} is read the same in pieces, wherever they begin`, () => {
      const bytes = Buffer.from(answer, 'latin1')
      const whole = readInPieces([bytes])
      for (let at = 1; at < bytes.length; at++)
        expect(readInPieces([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole)
      expect(readInPieces([...bytes].map((byte) => Buffer.of(byte)))).toEqual(whole)
    })
  }
})

function readInPieces(pieces: readonly Buffer[]): unknown {
  const reader = new AnswerReader()
  const isComplete = pieces.map((piece) => reader.read(piece)).at(-1) || reader.end()
  return { isComplete, ...reader.answer, keepsOpen: reader.keepsOpen }
}

describe('a peer that sends', () => {
  for (const [name, bytes] of Object.entries(FOREIGN)) {
    test(`${name} instead of an answer fails the request as the network does`, async () => {
      const url = await serve((socket) => socket.once('data', () => socket.write(bytes, 'latin1')))
      await expect(readByOurs(url)).rejects.toMatchObject({ code: 'EPROTO' })
    })
  }

  test('less than it has announced fails the request', async () => {
    const url = await serveAnswer(`${HEAD}Content-Length: 100\r\n\r\n{}`)
    await expect(readByOurs(url)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('no last chunk fails the request', async () => {
    const url = await serveAnswer(`${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`)
    await expect(readByOurs(url)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('an endless body is cut after 64 KiB', async () => {
    const url = await serve((socket) =>
      socket.once('data', () => {
        socket.write(`${HEAD}\r\n`)
        const more = () => socket.writable && socket.write('x'.repeat(1000), () => setImmediate(more))
        more()
      }),
    )
    const { body } = await readByOurs(url)
    expect(body).toBe('x'.repeat(64 * 1024))
  })

  test('many small chunks without end is cut off as well', async () => {
    const reader = new AnswerReader()
    reader.read(Buffer.from(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`))
    const chunk = Buffer.from('10\r\n0123456789abcdef\r\n')
    let count = 1
    while (!reader.read(chunk)) count++
    expect(count).toBe(64 * 64)
    expect(reader.keepsOpen).toBe(false)
  })
})

describe('the connection is', () => {
  /** Sends two requests, one after the other. @returns how many connections they took */
  async function connectionsFor(answer: string): Promise<number> {
    let connections = 0
    const url = await serve((socket) => {
      connections++
      socket.on('data', () => socket.write(answer, 'latin1'))
    })
    const transport = httpTransport({ apiUrl: url, compression: 'none', proxy: false })
    await transport.send(post)
    await transport.send(post)
    await transport.close?.()
    return connections
  }
  const body = 'Content-Length: 2\r\n\r\n{}'

  test.each([
    ['HTTP/1.1', `${HEAD}${body}`],
    ['chunks', `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['HTTP/1.0 that says so', `HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n${body}`],
    ['a peer that keeps it for a minute', `${HEAD}Keep-Alive: timeout=60\r\n${body}`],
  ])('used again after %s', async (_, answer) => {
    expect(await connectionsFor(answer)).toBe(1)
  })

  test.each([
    ['"Connection: close"', `${HEAD}Connection: close\r\n${body}`],
    ['"Connection: close" in a second line', `${HEAD}Connection: a\r\nConnection: close\r\n${body}`],
    ['HTTP/1.0', `HTTP/1.0 200 OK\r\n${body}`],
    ['a peer that closes it within a second', `${HEAD}Keep-Alive: timeout=1\r\n${body}`],
    ['bytes that nobody asked for', `${HEAD}${body}HTTP/1.1 200 OK\r\n`],
    ['a length beside chunks', `${HEAD}Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ])('not used again after %s', async (_, answer) => {
    expect(await connectionsFor(answer)).toBe(2)
  })

  test('not used again when the answer came before the end of the request', async () => {
    let connections = 0
    const url = await serve((socket) => {
      connections++
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
      socket.resume()
    })
    const transport = httpTransport({ apiUrl: url, compression: 'none', proxy: false })
    const big = { ...post, body: Buffer.alloc(20 * 1024 * 1024, 'x') }
    expect(await transport.send(big)).toMatchObject({ status: 413 })
    expect(await transport.send(post)).toMatchObject({ status: 413 })
    await transport.close?.()
    expect(connections).toBe(2)
  })
})

test.each([
  ['connect', true],
  ['read', false],
  ['write', false],
])('a route that vanishes on %s shows that nothing was sent: %s', (syscall, expected) => {
  const error = Object.assign(new Error('no route to host'), { code: 'EHOSTUNREACH', syscall })
  expect(isUntaken(error)).toBe(expected)
})
