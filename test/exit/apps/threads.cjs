// Threads that log, each with its own client, and end in different ways.
const { writeSync } = require('node:fs')
const { createServer } = require('node:http')
const { isMainThread, threadId, Worker, workerData } = require('node:worker_threads')

const { init } = require('@lognitor/opentelemetry')
const say = (text) => writeSync(1, `${text}\n`)

if (isMainThread) main(process.argv[2], Number(process.argv[3] ?? 1))
else thread(workerData)

function main(way, count) {
  const client = init({ service: 'main' })
  const workers = Array.from({ length: count }, () => new Worker(__filename, { workerData: way }))
  let ready = 0
  for (const worker of workers) {
    worker.on('message', () => {
      ready++
      if (ready === count) onAllReady(way, workers, client)
    })
    if (way === 'throw and be heard') worker.on('error', (error) => say(`heard ${error.message}`))
  }
  if (way === 'throw and go on') process.on('uncaughtException', (error) => say(`caught ${error.message}`))
  process.on('exit', () => say(JSON.stringify(client.stats())))
}

function onAllReady(way, workers, client) {
  if (way === 'throw to a busy main thread') return block(1000)
  if (way === 'terminated') {
    for (const worker of workers) void worker.terminate()
    return
  }
  client.info('main exits')
  // A blocked thread reports that it is ready before it blocks.
  setTimeout(() => process.exit(3), way === 'blocked' ? 100 : 0)
}

function block(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function thread(way) {
  const { parentPort } = require('node:worker_threads')
  const client = init({ service: 'thread', batchSize: 100, maxQueueSize: 1000 })
  const write = () => {
    for (let n = 0; n < 99; n++) client.info(`log ${n} of ${threadId}`)
  }
  client.info(`log 99 of ${threadId}`)
  const ways = {
    end: write,
    'end later': () => setTimeout(write, 50),
    exit: () => {
      write()
      process.exit(7)
    },
    throw: () => {
      write()
      throw new TypeError('boom')
    },
    reject: () => {
      write()
      void Promise.reject(new TypeError('boom'))
    },
    idle: () => {
      write()
      createServer().listen(0, '127.0.0.1', () => parentPort.postMessage('ready'))
    },
    awaiting: () => {
      write()
      const turn = () => setTimeout(turn, 5)
      turn()
      parentPort.postMessage('ready')
    },
    blocked: () => {
      write()
      parentPort.postMessage('ready')
      setImmediate(block)
    },
    terminated: () => ways.idle(),
    'throw and be heard': () => ways.throw(),
    'throw to a busy main thread': () => {
      parentPort.postMessage('ready')
      setTimeout(ways.throw, 100)
    },
    'throw and go on': () => ways.throw(),
  }
  ways[way]()
}
