import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../src/gateway/server.js'
import { openGateway } from './support.js'

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
  const { gateway } = await openGateway()
  const heard = hear(gateway.port)
  // Over another connection, so that the first is known to have arrived.
  await fetch(`${gateway.url}/healthz`)
  const since = performance.now()
  await gateway.close()
  expect(performance.now() - since).toBeLessThan(2000)
  expect(await heard).toBe('')
})
