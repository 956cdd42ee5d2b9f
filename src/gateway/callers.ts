import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Checks that a caller presents one of the tokens as `Authorization: Bearer <token>`. Several tokens may be valid at
 * once, so that a new one can be handed out before the old one is withdrawn. Without any token every caller is
 * accepted.
 */
export function callerCheck(tokens: readonly string[]): (request: IncomingMessage) => boolean {
  if (tokens.length === 0) return () => true
  const known = tokens.map(digest)
  return ({ headers }) => {
    const shown = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
    if (shown === undefined) return false
    const given = digest(shown)
    // Hashes of equal length are compared, and all of them, so that the time taken reveals nothing.
    return known.filter((token) => timingSafeEqual(token, given)).length > 0
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** The caller's own Lognitor key: undefined when the header is missing, null when its value cannot be a key. */
export function callersKey({ headers }: IncomingMessage): string | undefined | null {
  const key = headers['x-api-key']
  if (key === undefined || key === '') return undefined
  return typeof key === 'string' && /^[\x21-\x7e]{1,1024}$/.test(key) ? key : null
}
