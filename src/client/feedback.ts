import type { Pipeline } from '../pipeline.js'
import type { Feedback } from '../wire/companion.js'
import { fields } from './build-log.js'

export interface FeedbackOptions {
  /** The id that a log call returned. */
  eventId: string
  comments: string
  name?: string | undefined
  email?: string | undefined
  url?: string | undefined
  /** A data URL or an address. */
  screenshot?: string | undefined
}

const DAY_MS = 24 * 3_600_000

export async function submitFeedback(pipeline: Pipeline, options: FeedbackOptions): Promise<boolean> {
  if (!pipeline.isActive) return false
  const given = fields(options) ?? {}
  const read = (name: keyof FeedbackOptions) => (given[name] === undefined ? null : String(given[name]))
  const body: Feedback = {
    event_id: read('eventId') ?? '',
    name: read('name'),
    email: read('email'),
    comments: read('comments') ?? '',
    url: read('url'),
    screenshot: read('screenshot'),
  }
  const answer = await pipeline.courier.run({ path: '/feedback', body, withKey: true, patienceMs: DAY_MS })
  return answer !== undefined
}
