import type { Rejection } from '../../wire/answer.js'
import { MAX_BATCH_LOGS, MAX_LOG_BYTES } from '../../wire/limits.js'
import type { Log } from '../../wire/log.js'
import type { Store } from '../data/store.js'
import type { JsonBody } from '../http/body.js'
import { type Reply, refusal } from '../http/reply.js'
import { isObject, type Problem } from '../schema/check.js'
import { footprint } from '../schema/footprint.js'
import { checkLog } from '../schema/log.js'
import { checkItems, rejectAll } from './check-items.js'

/**
 * `POST /ingest`: stores the valid logs of a batch, and says what is wrong with the others. A batch that came before
 * gets its first answer again.
 * @param refuses called once for each new log, so that faults can reject some
 */
export function ingest(store: Store, body: JsonBody, refuses: () => boolean): Reply {
  if (!isObject(body.value) || !Array.isArray(body.value.logs)) {
    return refusal(400, 'The body must be an object with "batch_id" and the list "logs".')
  }
  const { batch_id: batchId, logs } = body.value
  if (typeof batchId !== 'string' || batchId === '')
    return refusal(400, '"batch_id" must be a non-empty string.')
  const known = store.answerOf(batchId)
  if (known !== undefined) {
    store.totals.duplicateBatches++
    return { status: known.status, json: known.answer }
  }
  const tooLarge = body.byteLength > MAX_LOG_BYTES ? logs.findIndex(isTooLarge) : -1
  if (tooLarge >= 0) return refuseTooLarge(tooLarge)
  const result =
    logs.length > MAX_BATCH_LOGS
      ? rejectAll(logs.length, MAX_BATCH_LOGS, 'logs', `A batch has at most ${MAX_BATCH_LOGS} logs.`)
      : checkItems(logs, (log) => checkLog(log) ?? (refuses() ? FAULT : undefined))
  const textBytes = Math.ceil(body.byteLength / logs.length)
  store.totals.batches++
  store.totals.rejected += result.answer.rejected
  store.rememberAnswer(batchId, { status: result.status, answer: result.answer })
  const last = result.taken.at(-1)
  for (const taken of result.taken) {
    store.addLog(taken.item as Log, textBytes + taken.bytes, undefined, taken === last ? batchId : undefined)
  }
  return { status: result.status, json: result.answer }
}

const FAULT: Problem = {
  field: 'message',
  code: 'fault',
  message: 'rejected by a fault that is set',
}

/** A value that is nested too deeply cannot be measured, and has an error of its own. */
function isTooLarge(log: unknown): boolean {
  return Number.isFinite(footprint(log)) && Buffer.byteLength(JSON.stringify(log)) > MAX_LOG_BYTES
}

function refuseTooLarge(index: number): Reply {
  const message = `is larger than ${MAX_LOG_BYTES} bytes`
  const errors: Rejection[] = [{ index, code: 'log_too_large', field: 'logs', message }]
  return { status: 413, json: { accepted: 0, rejected: 0, errors, message: 'No log was accepted.' } }
}
