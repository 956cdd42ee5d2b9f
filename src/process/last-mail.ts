import type { MessagePort, Worker } from 'node:worker_threads'
import type { TransportAnswer } from '../wire/transport.js'
import type { Destination, LastPost } from './guest.js'
import { LAST_MAIL_CARRIER } from './last-mail-carrier.js'
import { nodeThreads } from './node-threads.js'
import { inWorkingDirectory } from './working-directory.js'

/** Posts for one destination. */
export interface Mail {
  readonly destination: Destination
  readonly posts: readonly LastPost[]
}

type Answers = (TransportAnswer | undefined)[]

/** Below this a thread cannot even start. */
const LEAST_MS = 10

/**
 * Delivers while everything stands still: a thread sends, and this one sleeps until it is done or the time is
 * up. It is what works in an `exit` handler, where nothing asynchronous runs any more. Gives the answers by mail
 * and post, undefined where there was none. Never throws.
 */
export function deliverBlocking(mails: readonly Mail[], timeoutMs: number): readonly Answers[] {
  const answers = mails.map(({ posts }): Answers => posts.map(() => undefined))
  if (timeoutMs < LEAST_MS) return answers
  try {
    const { MessageChannel } = nodeThreads()
    const { port1, port2 } = new MessageChannel()
    const done = new Int32Array(new SharedArrayBuffer(4))
    const carrier = inWorkingDirectory(() => {
      const started = startCarrier(mails, port2, done, Date.now() + timeoutMs)
      Atomics.wait(done, 0, 0, timeoutMs)
      return started
    })
    readAnswers(port1, answers)
    port1.close()
    void carrier.terminate()
  } catch {
    // No thread to be had (permissions, memory): then these logs are not delivered by this process.
  }
  return answers
}

function startCarrier(
  mails: readonly Mail[],
  port: MessagePort,
  done: Int32Array,
  deadlineMs: number,
): Worker {
  const bodies: ArrayBuffer[] = []
  const parcels = mails.map(({ destination, posts }) => {
    const letters = posts.map(({ path, body, withoutKey }) => {
      // A copy that can be moved: many small bodies share one pool.
      const copy = new Uint8Array(body)
      bodies.push(copy.buffer)
      return { path, body: copy, withoutKey }
    })
    return { destination, letters }
  })
  const carrier = new (nodeThreads().Worker)(LAST_MAIL_CARRIER, {
    eval: true,
    // Without these the application's preloads would run again in the thread, and its environment with them.
    execArgv: [],
    env: {},
    stdin: false,
    stdout: true,
    stderr: true,
    workerData: {
      parcels,
      port,
      done,
      deadlineMs,
      trustsAnyone: process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0',
    },
    transferList: [port, ...bodies],
  })
  carrier.unref()
  // It reports by its answers; an error event without a listener would be one more crash.
  carrier.on('error', () => {})
  return carrier
}

function readAnswers(port: MessagePort, answers: readonly Answers[]): void {
  const { receiveMessageOnPort } = nodeThreads()
  for (;;) {
    const received = receiveMessageOnPort(port)
    if (received === undefined) return
    const { mail, letter, answer } = received.message as {
      mail: number
      letter: number
      answer: TransportAnswer
    }
    const list = answers[mail]
    if (list !== undefined && letter < list.length) list[letter] = answer
  }
}
