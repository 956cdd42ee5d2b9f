import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../src/gateway/server.js'

/** Everything that comes over a connection after these bytes were sent, until it is closed. */
function hear(port: number, words = ''): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(words))
    let heard = ''
    socket.on('data', (piece) => {
      heard += piece
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(heard))
  })
}

test.each([
  ['silent from the start', ''],
  ['slow with its headers', 'POST /v1/logs HTTP/1.1\r\nhost: x\r\n'],
  ['slow with its body', 'POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{'],
])(
  'a caller that is %s is cut off without an answer, which could make it drop its data',
  async (_name, words) => {
    const server = await listen({ host: '127.0.0.1', port: 0 }, (request) => request.resume(), 100)
    onTestFinished(() => server.close(0))
    expect(await hear(server.port, words)).toBe('')
  },
)

test('an unused connection does not delay closing', async () => {
  // All time limits are far away: a close that waited for one would not end within this test.
  const farMs = 1_000_000_000
  const address = { host: '127.0.0.1', port: 0 }
  const server = await listen(address, (_request, response) => response.end(), farMs)
  const heard = hear(server.port)
  // Over another connection, so that the first is known to have arrived.
  await fetch(server.url)
  await server.close(farMs)
  expect(await heard).toBe('')
})
