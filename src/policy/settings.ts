import { LognitorError } from '../config/errors.js'
import type { Settings } from '../config/options.js'
import type { PolicySettings } from './policy.js'
import { parseRedactions } from './redact.js'
import { scrubbedParams } from './scrub-url.js'

const DUPLICATE_WINDOW_MS = 5000

/**
 * The policy's settings, made of a client's settings.
 * @throws LognitorError `LOGNITOR_BAD_OPTION` for a redaction pattern that cannot be used
 */
export function policySettings(settings: Settings): PolicySettings {
  const { enabled, minLevel, beforeSend, autoTruncate } = settings
  // Without patterns the code that redacts is not loaded.
  const redact = settings.redactPatterns.length > 0 ? parseRedactions(settings.redactPatterns) : []
  if (typeof redact === 'string')
    throw new LognitorError('LOGNITOR_BAD_OPTION', `Option "redactPatterns": ${redact}.`)
  return {
    enabled,
    ...(minLevel && { minLevel }),
    ...(beforeSend && { beforeSend }),
    autoTruncate,
    redact,
    scrubParams: scrubbedParams(settings.scrubUrlParams),
    duplicateWindowMs: DUPLICATE_WINDOW_MS,
  }
}
