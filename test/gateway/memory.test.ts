import { expect, test } from 'vitest'
import { logsOf, openGateway, sdkRecord, send, serialize } from './support.js'

const LONG = Array.from({ length: 230 }, (_, index) => `long line ${index} ${'x'.repeat(index % 90)}`)
const SHORT = ['one', 'two €', 'three']

function protobuf(lines: readonly string[]): Buffer {
  return serialize(
    'protobuf',
    lines.map((body) => sdkRecord({ body, attributes: { bytes: Buffer.from(body) } })),
  )
}

test('data of one request is not in the next', async () => {
  const { gateway, vendor } = await openGateway()
  const sent: string[] = []
  for (const lines of [LONG, SHORT, LONG.slice(0, 40), SHORT, LONG]) {
    for (const body of [protobuf(lines), logsOf(...lines)]) {
      for (const gzip of [false, true]) {
        expect((await send(gateway, '/v1/logs', body, { gzip })).status).toBe(200)
        sent.push(...lines)
      }
    }
  }
  expect(vendor.messages().sort()).toEqual(sent.sort())
})

test('data of simultaneous requests is not mixed', async () => {
  const { gateway, vendor } = await openGateway()
  vendor.answer(({ text }) => ({ after: new Promise((resolve) => setTimeout(resolve, text.length % 7)) }))
  const requests = Array.from({ length: 24 }, (_, index) =>
    LONG.slice(0, 1 + index * 9).concat(`of ${index}`),
  )
  const answers = await Promise.all(
    requests.map((lines, index) => send(gateway, '/v1/logs', protobuf(lines), { gzip: index % 3 === 0 })),
  )
  expect(answers.map(({ status }) => status)).toEqual(requests.map(() => 200))
  expect(vendor.messages().sort()).toEqual(requests.flat().sort())
})

test('a transport may keep the bodies it was given', async () => {
  const kept: Uint8Array[] = []
  const { gateway } = await openGateway({
    transport: {
      async send({ body }) {
        kept.push(body)
        return { status: 200, headers: {}, body: '{}' }
      },
    },
  })
  for (const lines of [LONG, SHORT, LONG.slice(100)]) await send(gateway, '/v1/logs', protobuf(lines))
  const messages = kept.flatMap((body) => {
    const { logs } = JSON.parse(Buffer.from(body).toString()) as { logs: { message: string }[] }
    return logs.map(({ message }) => message)
  })
  expect(messages.sort()).toEqual([...LONG, ...SHORT, ...LONG.slice(100)].sort())
})

test('the halves of a batch that was too large are complete and unchanged', async () => {
  const { gateway, vendor } = await openGateway()
  await send(gateway, '/v1/logs', protobuf(LONG))
  const before = vendor.messages().length
  vendor.answer(({ json }) => (json.logs.length > 30 ? { status: 413 } : {}))
  expect((await send(gateway, '/v1/logs', protobuf(LONG))).status).toBe(200)
  expect(vendor.messages().slice(before).sort()).toEqual([...LONG].sort())
})
