import type { Rejection } from '../../wire/answer.js'
import { MAX_BATCH_LOGS, MAX_LOG_BYTES } from '../../wire/limits.js'
import type { Log } from '../../wire/log.js'
import type { Store } from '../data/store.js'
import type { JsonBody } from '../http/body.js'
import { type Reply, refusal } from '../http/reply.js'
import { isObject, type Problem } from '../schema/check.js'
import { footprint } from '../schema/footprint.js'
import { checkLog } from '../schema/log.js'
import { judgeItems, rejectAll } from './judge.js'

/**
 * `POST /ingest`: takes what is valid of a batch, and says for the rest what is wrong with it. A batch that
 * came before gets the answer it got then.
 * @param refuses asked once for each log that is new, so that faults can refuse some.
 */
export function ingest(store: Store, body: JsonBody, refuses: () => boolean): Reply {
  if (!isObject(body.value) || !Array.isArray(body.value.logs)) {
    return refusal(400, 'The body must be an object with "batch_id" and the list "logs".')
  }
  const { batch_id: batchId, logs } = body.value
  if (typeof batchId !== 'string' || batchId === '')
    return refusal(400, '"batch_id" must be a string, not empty.')
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
      : judgeItems(logs, (log) => checkLog(log) ?? (refuses() ? FAULT : undefined))
  const textBytes = Math.ceil(body.byteLength / logs.length)
  store.totals.batches++
  store.totals.rejected += result.answer.rejected
  store.rememberAnswer(batchId, { status: result.status, answer: result.answer })
  for (const { item, bytes } of result.taken) store.addLog(item as Log, textBytes + bytes)
  return { status: result.status, json: result.answer }
}

const FAULT: Problem = {
  field: 'message',
  code: 'fault',
  message: 'refused, as the faults that are set ask for',
}

/** What is nested too deeply cannot be measured, and is refused by itself. */
function isTooLarge(log: unknown): boolean {
  return Number.isFinite(footprint(log)) && Buffer.byteLength(JSON.stringify(log)) > MAX_LOG_BYTES
}

function refuseTooLarge(index: number): Reply {
  const message = `is larger than ${MAX_LOG_BYTES} bytes`
  const errors: Rejection[] = [{ index, code: 'log_too_large', field: 'logs', message }]
  return { status: 413, json: { accepted: 0, rejected: 0, errors, message: 'Nothing was taken.' } }
}
