import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Whether a caller shows one of the tokens, as `Authorization: Bearer <token>`. Several hold at once, so that
 * a new one can be handed out before the old one goes. Without any, everybody may call.
 */
export function callerCheck(tokens: readonly string[]): (request: IncomingMessage) => boolean {
  if (tokens.length === 0) return () => true
  const known = tokens.map(digest)
  return ({ headers }) => {
    const shown = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
    if (shown === undefined) return false
    const given = digest(shown)
    // All are compared, and hashes at that, so that the time taken tells nothing.
    return known.filter((token) => timingSafeEqual(token, given)).length > 0
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** The caller's own key for Lognitor: undefined when it brings none, null when what it brings can be no key. */
export function callersKey({ headers }: IncomingMessage): string | undefined | null {
  const key = headers['x-api-key']
  if (key === undefined || key === '') return undefined
  return typeof key === 'string' && /^[\x21-\x7e]{1,1024}$/.test(key) ? key : null
}
