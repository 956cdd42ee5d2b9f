import type { Pipeline } from '../pipeline/pipeline.js'
import type { Feedback } from '../wire/companion.js'
import { inTime } from './answer-timeout.js'
import { named, text } from './input.js'

/** A user's feedback about a log. */
export interface FeedbackOptions {
  /** The id that a log call returned. */
  eventId: string
  comments: string
  name?: string | undefined
  email?: string | undefined
  url?: string | undefined
  /** A data URL or an address of the image. */
  screenshot?: string | undefined
}

const DAY_MS = 24 * 3_600_000

/**
 * Resolves to true when Lognitor took the feedback within 10 s, else to false; the call is then retried for up to a
 * day. Never rejects.
 */
export async function submitFeedback(pipeline: Pipeline, options: FeedbackOptions): Promise<boolean> {
  if (!pipeline.isActive) return false
  const input = named(options, ['eventId', 'comments', 'name', 'email', 'url', 'screenshot'])
  const body: Feedback = {
    event_id: text(input.eventId) ?? '',
    name: text(input.name) ?? null,
    email: text(input.email) ?? null,
    comments: text(input.comments) ?? '',
    url: text(input.url) ?? null,
    screenshot: text(input.screenshot) ?? null,
  }
  const call = { path: '/feedback', body, withKey: true, retryForMs: DAY_MS }
  return (await inTime(() => pipeline.apiCaller.run(call), undefined, pipeline)) !== undefined
}
