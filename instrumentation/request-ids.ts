import type { IncomingHttpHeaders } from 'node:http'

export interface RequestId {
  readonly requestId: string
  /** True when the caller sent no valid id and a new one was generated. */
  readonly requestIdIsOurs: boolean
}

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/
const SESSION_ID = /^[\x21-\x7e]{1,200}$/

/** `X-Request-Id` where it is 1 to 128 characters of `[A-Za-z0-9._:-]`, else a new id. */
export function requestIdOf(headers: IncomingHttpHeaders, newId: () => string): RequestId {
  const input = headers['x-request-id']
  return typeof input === 'string' && REQUEST_ID.test(input)
    ? { requestId: input, requestIdIsOurs: false }
    : { requestId: newId(), requestIdIsOurs: true }
}

/** `X-Session-Id` where it is 1 to 200 visible ASCII characters, else undefined. */
export function sessionIdOf(headers: IncomingHttpHeaders): string | undefined {
  const input = headers['x-session-id']
  return typeof input === 'string' && SESSION_ID.test(input) ? input : undefined
}
