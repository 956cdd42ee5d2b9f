import type { Store } from '../data/store.js'
import type { JsonBody } from '../http/body.js'
import { type Reply, refusal } from '../http/reply.js'
import type { Problem } from '../schema/check.js'
import { checkFeedback, checkRelease, toFeedback, toRelease } from '../schema/companion.js'

/** `POST /heartbeat/{token}`: every token is a monitor. */
export function ping(store: Store, token: string): Reply {
  if (!/^[\w.~:-]{1,200}$/.test(token)) return refusal(404, 'There is no heartbeat with this token.')
  store.ping(token)
  return { status: 200, json: { message: 'ok' } }
}

/** `POST /feedback` */
export function takeFeedback(store: Store, body: JsonBody): Reply {
  const problem = checkFeedback(body.value)
  if (problem !== undefined) return refuse(problem)
  store.addFeedback(toFeedback(body.value), body.byteLength + 200)
  return { status: 200, json: { message: 'ok' } }
}

/** `POST /releases/register`. The texts of a release are bounded, because a thousand releases are kept. */
export function registerRelease(store: Store, body: JsonBody): Reply {
  const problem = checkRelease(body.value)
  if (problem !== undefined) return refuse(problem)
  if (body.byteLength > MAX_RELEASE_BYTES)
    return refusal(413, `A release has at most ${MAX_RELEASE_BYTES} bytes.`)
  return { status: 200, json: store.register(toRelease(body.value)) }
}

const MAX_RELEASE_BYTES = 64 * 1024

function refuse({ code, field, message }: Problem): Reply {
  const errors = [{ index: 0, code, field, message }]
  return { status: 422, json: { accepted: 0, rejected: 1, errors, message: `${field} ${message}`.trim() } }
}
