import type { ClientRequest, IncomingMessage, RequestOptions, ServerResponse } from 'node:http'
import type { Attributes, Span } from '@opentelemetry/api'

/**
 * The configuration of `@opentelemetry/instrumentation-http`, declared here: that package is an optional peer, so our
 * declarations must compile without it, and its two release lines differ in details.
 */
export interface HttpConfig {
  enabled?: boolean
  ignoreIncomingRequestHook?: (request: IncomingMessage) => boolean
  ignoreOutgoingRequestHook?: (request: RequestOptions) => boolean
  disableIncomingRequestInstrumentation?: boolean
  disableOutgoingRequestInstrumentation?: boolean
  applyCustomAttributesOnSpan?: (
    span: Span,
    request: ClientRequest | IncomingMessage,
    response: IncomingMessage | ServerResponse,
  ) => void
  requestHook?: RequestHook
  responseHook?: ResponseHook
  startIncomingSpanHook?: (request: IncomingMessage) => Attributes
  startOutgoingSpanHook?: (request: RequestOptions) => Attributes
  requireParentforOutgoingSpans?: boolean
  requireParentforIncomingSpans?: boolean
  headersToSpanAttributes?: {
    client?: { requestHeaders?: string[]; responseHeaders?: string[] }
    server?: { requestHeaders?: string[]; responseHeaders?: string[] }
  }
  enableSyntheticSourceDetection?: boolean
  redactedQueryParams?: string[]
  redactedQueryParamsServer?: string[]
}

/** The names of all options, including those that only other versions have. */
export const HTTP_OPTION_NAMES: readonly string[] = [
  'enabled',
  'ignoreIncomingRequestHook',
  'ignoreOutgoingRequestHook',
  'disableIncomingRequestInstrumentation',
  'disableOutgoingRequestInstrumentation',
  'applyCustomAttributesOnSpan',
  'requestHook',
  'responseHook',
  'startIncomingSpanHook',
  'startOutgoingSpanHook',
  'requireParentforOutgoingSpans',
  'requireParentforIncomingSpans',
  'headersToSpanAttributes',
  'enableSyntheticSourceDetection',
  'redactedQueryParams',
  'redactedQueryParamsServer',
  'serverName',
  'semconvStability',
  'semconvStabilityOptIn',
]

/** Called for incoming and outgoing requests alike. */
export type RequestHook = (span: Span, request: ClientRequest | IncomingMessage) => void

/** Called for incoming and outgoing requests alike. */
export type ResponseHook = (span: Span, response: IncomingMessage | ServerResponse) => void
