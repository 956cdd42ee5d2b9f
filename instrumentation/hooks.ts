import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Span } from '@opentelemetry/api'
import { shared } from '../src/common/shared.js'
import type { RequestHook } from './http-config.js'
import { openRequestOf } from './open-requests.js'
import { activeRpcMetadata } from './rpc-metadata.js'

/**
 * The hooks created here, each with the user's own hook inside. A configuration that is read back and set again is
 * therefore not chained twice.
 */
const chained = shared('hooks', () => new WeakMap<RequestHook, RequestHook | undefined>())

/** Whether `chainRequestHook` created the hook. */
export function isChained(hook: RequestHook | undefined): boolean {
  return hook !== undefined && chained.has(hook)
}

/** A requestHook that runs the user's own hook first and then gives the span to our open request. */
export function chainRequestHook(input: RequestHook | undefined): RequestHook {
  const own = input !== undefined && isChained(input) ? chained.get(input) : input
  const hook: RequestHook =
    own === undefined
      ? onSpan
      : function (this: unknown, span, request) {
          try {
            own.call(this, span, request)
          } finally {
            onSpan(span, request)
          }
        }
  chained.set(hook, own)
  return hook
}

/** Runs in the request's context. The hook is called for outgoing requests too, which have no open request. */
function onSpan(span: Span, request: ClientRequest | IncomingMessage): void {
  openRequestOf(request)?.attachSpan(span, activeRpcMetadata())
}
