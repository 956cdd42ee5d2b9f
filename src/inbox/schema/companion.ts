import type { Feedback, Release } from '../../wire/companion.js'
import { listOf, orNull, shape, text } from './check.js'

const textOrNull = orNull(text)

/** Checks a feedback for `POST /feedback`. The official client sends null for missing values. */
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

/** Checks a release for `POST /releases/register`. */
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

/** A feedback that has passed {@link checkFeedback}, with null for missing values. */
export function toFeedback(value: unknown): Feedback {
  const given = value as Partial<Feedback> & Pick<Feedback, 'event_id' | 'comments'>
  return {
    event_id: given.event_id,
    comments: given.comments,
    name: given.name ?? null,
    email: given.email ?? null,
    url: given.url ?? null,
    screenshot: given.screenshot ?? null,
  }
}

/** A release that has passed {@link checkRelease}, with null for missing values. */
export function toRelease(value: unknown): Release {
  const given = value as Partial<Release> & Pick<Release, 'version'>
  return {
    version: given.version,
    commit_hash: given.commit_hash ?? null,
    branch: given.branch ?? null,
    deployed_by: given.deployed_by ?? null,
    deploy_url: given.deploy_url ?? null,
    changelog: given.changelog ?? null,
    services: given.services ?? null,
  }
}
