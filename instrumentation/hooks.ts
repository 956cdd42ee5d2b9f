import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Span } from '@opentelemetry/api'
import { shared } from '../src/common/shared.js'
import { openRequestOf } from './emitters.js'
import type { RequestHook } from './http-config.js'
import { activeRpcMetadata } from './rpc-metadata.js'

/** Hooks we made, with the user's own inside: so that a configuration read back is not chained twice. */
const chained = shared('hooks', () => new WeakMap<RequestHook, RequestHook | undefined>())

/** Whether `chainRequestHook` has made it. */
export function isChained(hook: RequestHook | undefined): boolean {
  return hook !== undefined && chained.has(hook)
}

/** A requestHook that runs the user's own first and then tells our request of its span. */
export function chainRequestHook(input: RequestHook | undefined): RequestHook {
  const own = input !== undefined && isChained(input) ? chained.get(input) : input
  const hook: RequestHook =
    own === undefined
      ? meetSpan
      : function (this: unknown, span, request) {
          try {
            own.call(this, span, request)
          } finally {
            meetSpan(span, request)
          }
        }
  chained.set(hook, own)
  return hook
}

/** Outgoing requests come here too; nobody follows those. Runs in the request's context. */
function meetSpan(span: Span, request: ClientRequest | IncomingMessage): void {
  openRequestOf(request)?.meet(span, activeRpcMetadata())
}
