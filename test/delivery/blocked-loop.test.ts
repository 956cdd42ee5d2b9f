import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { pipelineHeartbeat } from '../../src/client/heartbeat.js'
import type { Pipeline } from '../../src/pipeline/pipeline.js'
import { block, settle, until } from '../support/until.js'
import { logTo, openRig, type Rig } from './support.js'

let rig: Rig
afterEach(() => rig.close())

/** A service in another thread. It answers while the main thread is blocked. */
const SERVICE = `
const { createServer } = require('node:http')
const { parentPort } = require('node:worker_threads')
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    parentPort.postMessage('asked')
    setTimeout(() => response.end('{"accepted":25,"rejected":0,"errors":[]}'), 100)
  })
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

/** A pipeline to the service, and how many requests the service has. */
async function pipelineTo(service: Worker): Promise<{ pipeline: Pipeline; asked: () => number }> {
  const [port] = await once(service, 'message')
  let asked = 0
  service.on('message', () => asked++)
  return { pipeline: rig.another({ apiUrl: `http://127.0.0.1:${port}/api/v1` }), asked: () => asked }
}

/** Writes a batch of logs. Resolves when the service has the request, which it has not answered. */
async function requestInFlight(service: Worker): Promise<{ pipeline: Pipeline; asked: () => number }> {
  const { pipeline, asked } = await pipelineTo(service)
  for (let n = 0; n < 25; n++) logTo(pipeline, `log ${n}`)
  await until(() => asked() === 1, 'the request is in flight')
  return { pipeline, asked }
}

/** Blocks until the service has answered. Then this much time has passed. */
function blockBeyond(ms: number): Promise<void> {
  return new Promise((done) => {
    // In a timer, because time limits are timers, too.
    setTimeout(() => {
      block(1000)
      rig.clock.advance(ms)
      done()
    }, 0)
  })
}

test('gives a request the time that the blocked event loop has taken from it, once', async () => {
  rig = await openRig()
  const service = new Worker(SERVICE, { eval: true })
  try {
    const { pipeline, asked } = await requestInFlight(service)
    // The answer comes 100 ms later, and the time limit has passed long ago.
    rig.clock.block(13_000)
    rig.clock.advance(0)
    await until(() => pipeline.stats().inFlight === 0, 'the request ended')
    await settle()
    expect(pipeline.stats()).toMatchObject({ accepted: 25, queued: 0 })
    expect(asked()).toBe(1)
    const ending = pipeline.shutdown(0)
    rig.clock.advance(1)
    await ending
  } finally {
    await service.terminate()
  }
})

test('gives up a silent request although the event loop is blocked again and again', async () => {
  rig = await openRig()
  rig.vendor.answer({ silent: true })
  rig.logMany(25)
  await until(() => rig.vendor.seen.length === 1, 'the request is in flight')
  const inFlight: number[] = []
  for (let n = 0; n < 2; n++) {
    rig.clock.block(13_000)
    rig.clock.advance(0)
    await settle()
    inFlight.push(rig.pipeline.stats().inFlight)
  }
  expect(inFlight).toEqual([25, 0])
})

test('accepts an answer that arrived while the event loop was blocked, although its time limit has passed', async () => {
  rig = await openRig()
  const service = new Worker(SERVICE, { eval: true })
  try {
    const { pipeline, asked } = await requestInFlight(service)
    await blockBeyond(10_000)
    await until(() => pipeline.stats().inFlight === 0, 'the request ended')
    await settle()
    expect(pipeline.stats()).toMatchObject({ accepted: 25, queued: 0 })
    expect(asked()).toBe(1)
    const ending = pipeline.shutdown(0)
    rig.clock.advance(1)
    await ending
  } finally {
    await service.terminate()
  }
})

test.each([
  ['a ping', (pipeline: Pipeline) => pipelineHeartbeat(pipeline, 'tok', () => {}).ping(), 10_000],
  [
    'a flush',
    (pipeline: Pipeline) => {
      void pipelineHeartbeat(pipeline, 'tok', () => {}).ping()
      return pipeline.flush(5000)
    },
    5000,
  ],
])(
  '%s succeeds by an answer that arrived while the event loop was blocked, although its time has passed',
  async (_, ask, limitMs) => {
    rig = await openRig()
    const service = new Worker(SERVICE, { eval: true })
    try {
      const { pipeline, asked } = await pipelineTo(service)
      const succeeds = ask(pipeline)
      await until(() => asked() === 1, 'the request is in flight')
      await blockBeyond(limitMs)
      expect(await succeeds).toBe(true)
      const ending = pipeline.shutdown(0)
      rig.clock.advance(1)
      await ending
    } finally {
      await service.terminate()
    }
  },
)
