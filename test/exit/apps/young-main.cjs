// The main thread makes its client after its threads have made theirs.
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads')
const { init } = require('@lognitor/opentelemetry')

const block = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
const start = (way) => new Worker(__filename, { workerData: way })

const inMain = {
  /** Throws before it has heard of the main thread's client. */
  busy: () => start('busy').once('message', () => init({ service: 'main' })),
  /** The main thread hears of the second thread before it hears of the end of the first. */
  'not alone': () => {
    const first = start('not alone')
    first.once('message', () => {
      init({ service: 'main' })
      setTimeout(() => {
        first.postMessage('throw')
        start('second')
        setImmediate(block, 2000)
      }, 100)
    })
  },
}

const inThread = {
  busy: () => {
    init({ service: 'thread' })
    parentPort.postMessage('ready')
    block(500)
    throw new TypeError('boom')
  },
  'not alone': () => {
    init({ service: 'thread' })
    parentPort.once('message', () => {
      throw new TypeError('boom')
    })
    parentPort.postMessage('ready')
  },
  second: () => {
    block(1000)
    init({ service: 'thread' })
  },
}

if (isMainThread) inMain[process.argv[2]]()
else inThread[workerData]()
