import type { Feedback, Release } from '../../wire/companion.js'
import type { Store } from '../data/store.js'
import type { JsonBody } from '../http/body.js'
import { type Reply, refusal } from '../http/reply.js'
import type { Problem } from '../schema/check.js'
import { checkFeedback, checkRelease } from '../schema/companion.js'

/** `POST /heartbeat/{token}`: any token is a monitor. */
export function ping(store: Store, token: string): Reply {
  if (!/^[\w.~:-]{1,200}$/.test(token)) return refusal(404, 'There is no such heartbeat.')
  store.ping(token)
  return { status: 200, json: { message: 'ok' } }
}

/** `POST /feedback` */
export function takeFeedback(store: Store, body: JsonBody): Reply {
  const problem = checkFeedback(body.value)
  if (problem !== undefined) return refuse(problem)
  const given = body.value as Partial<Feedback> & Pick<Feedback, 'event_id' | 'comments'>
  store.addFeedback(
    {
      event_id: given.event_id,
      comments: given.comments,
      name: given.name ?? null,
      email: given.email ?? null,
      url: given.url ?? null,
      screenshot: given.screenshot ?? null,
    },
    body.byteLength + 200,
  )
  return { status: 200, json: { message: 'ok' } }
}

/** `POST /releases/register`. The texts of a release are bounded, since a thousand of them are kept. */
export function registerRelease(store: Store, body: JsonBody): Reply {
  const problem = checkRelease(body.value)
  if (problem !== undefined) return refuse(problem)
  if (body.byteLength > MAX_RELEASE_BYTES)
    return refusal(413, `A release has at most ${MAX_RELEASE_BYTES} bytes.`)
  const given = body.value as Partial<Release> & Pick<Release, 'version'>
  const release = store.register({
    version: given.version,
    commit_hash: given.commit_hash ?? null,
    branch: given.branch ?? null,
    deployed_by: given.deployed_by ?? null,
    deploy_url: given.deploy_url ?? null,
    changelog: given.changelog ?? null,
    services: given.services ?? null,
  })
  return { status: 200, json: release }
}

const MAX_RELEASE_BYTES = 64 * 1024

function refuse({ code, field, message }: Problem): Reply {
  const errors = [{ index: 0, code, field, message }]
  return { status: 422, json: { accepted: 0, rejected: 1, errors, message: `${field} ${message}`.trim() } }
}
