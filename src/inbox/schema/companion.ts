import { listOf, orNull, shape, text } from './check.js'

const textOrNull = orNull(text)

/** Whether a value is a feedback as `POST /feedback` takes it: the official client sends null for what is not given. */
export const checkFeedback = shape(
  {
    event_id: text,
    comments: text,
    name: textOrNull,
    email: textOrNull,
    url: textOrNull,
    screenshot: textOrNull,
  },
  ['event_id', 'comments'],
)

/** Whether a value is a release as `POST /releases/register` takes it. */
export const checkRelease = shape(
  {
    version: text,
    commit_hash: textOrNull,
    branch: textOrNull,
    deployed_by: textOrNull,
    deploy_url: textOrNull,
    changelog: textOrNull,
    services: orNull(listOf(text)),
  },
  ['version'],
)
