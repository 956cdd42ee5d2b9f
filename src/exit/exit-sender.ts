import type { MessagePort, Worker } from 'node:worker_threads'
import type { ExitRequest, Piece } from './exit-request.js'
import EXIT_SENDER from './exit-sender-program.js'
import { type NetworkSettings, networkSettings } from './network-settings.js'
import { nodeThreads } from './threads/node-threads.js'
import { inWorkingDirectory } from './working-directory.js'

/** Input of the thread. */
export interface ExitSenderData {
  readonly requests: readonly ExitRequest[]
  readonly port: MessagePort
  /** Set to 1 when the thread has finished. */
  readonly done: Int32Array
  readonly timeoutMs: number
  readonly network: NetworkSettings
}

/** The thread's report on one request, sent again after each answer to a part of it. */
export interface ExitAnswer {
  readonly request: number
  readonly pieces: readonly Piece[]
}

/** In less time, in ms, a thread cannot even start. */
const LEAST_MS = 10

/**
 * Sends requests synchronously: a worker thread sends, and this thread blocks until the worker has finished or the time
 * is up. Works in an `exit` handler, where nothing asynchronous runs any more. Returns the pieces of each request, an
 * empty list for requests without an answer. Never throws.
 */
export function sendBlocking(requests: readonly ExitRequest[], timeoutMs: number): readonly Piece[][] {
  const answers = requests.map((): Piece[] => [])
  if (timeoutMs < LEAST_MS) return answers
  try {
    const { MessageChannel } = nodeThreads()
    const { port1, port2 } = new MessageChannel()
    const done = new Int32Array(new SharedArrayBuffer(4))
    const sender = inWorkingDirectory(() => {
      const network = networkSettings(requests)
      const started = startSender({ requests, port: port2, done, timeoutMs, network })
      Atomics.wait(done, 0, 0, timeoutMs)
      return started
    })
    readAnswers(port1, answers)
    port1.close()
    void sender.terminate()
  } catch {
    // No thread could be started (permissions, memory). This process does not deliver these logs.
  }
  return answers
}

function startSender({ requests, port, ...rest }: ExitSenderData): Worker {
  const bodies: ArrayBuffer[] = []
  const moved = requests.map((request) => {
    // Copied, so that the buffer can be transferred: many small bodies share one pool.
    const content = new Uint8Array(request.content)
    bodies.push(content.buffer)
    return { ...request, content }
  })
  const { NODE_TLS_REJECT_UNAUTHORIZED } = process.env
  const workerData: ExitSenderData = { requests: moved, port, ...rest }
  const sender = new (nodeThreads().Worker)(EXIT_SENDER, {
    eval: true,
    // Without these options the application's preloads would run again in the thread, and see its environment.
    execArgv: [],
    env: NODE_TLS_REJECT_UNAUTHORIZED === undefined ? {} : { NODE_TLS_REJECT_UNAUTHORIZED },
    stdin: false,
    stdout: true,
    stderr: true,
    workerData,
    transferList: [port, ...bodies],
  })
  sender.unref()
  // The thread reports through its answers. An error event without a listener would be another uncaught exception.
  sender.on('error', () => {})
  return sender
}

function readAnswers(port: MessagePort, answers: Piece[][]): void {
  const { receiveMessageOnPort } = nodeThreads()
  for (;;) {
    const received = receiveMessageOnPort(port)
    if (received === undefined) return
    const { request, pieces } = received.message as ExitAnswer
    answers[request] = [...pieces]
  }
}
