import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Span } from '@opentelemetry/api'
import { openRequestOf } from './emitters.js'
import type { RequestHook } from './http-config.js'
import { activeRpcMetadata } from './rpc-metadata.js'

/**
 * Under this key a hook that we made holds the user's own: so that a configuration read back is not chained twice.
 * In the registry of symbols, for the hook may come from another copy of this package.
 */
const OWN_HOOK = Symbol.for('lognitor.request-hook.v1')

type Chained = RequestHook & { [OWN_HOOK]?: { readonly own: RequestHook | undefined } }

/** Whether `chainRequestHook` has made it. */
export function isChained(hook: RequestHook | undefined): boolean {
  return (hook as Chained | undefined)?.[OWN_HOOK] !== undefined
}

/** A requestHook that runs the user's own first and then tells our request of its span. */
export function chainRequestHook(given: RequestHook | undefined): RequestHook {
  const own = isChained(given) ? (given as Chained)[OWN_HOOK]?.own : given
  const hook: RequestHook =
    own === undefined
      ? (span, request) => meetSpan(span, request)
      : function (this: unknown, span, request) {
          try {
            own.call(this, span, request)
          } finally {
            meetSpan(span, request)
          }
        }
  return Object.assign(hook, { [OWN_HOOK]: { own } })
}

/** Outgoing requests come here too; nobody follows those. Runs in the request's context. */
function meetSpan(span: Span, request: ClientRequest | IncomingMessage): void {
  openRequestOf(request)?.meet(span, activeRpcMetadata())
}
