import type { IncomingMessage } from 'node:http'
import { type CaptureOptions, createCapture } from './capture.js'

/**
 * An error handler for Express and for frameworks with the same middleware signature. It captures what was thrown, or
 * passed to `next`, together with its request, and passes the error on. It serves applications without the Express
 * instrumentation; with both, one failure is still one log.
 *
 * @example
 * app.use(routes)
 * app.use(expressErrorHandler())
 * app.use(myOwnErrorHandler)
 */
export function expressErrorHandler(options?: CaptureOptions) {
  const capture = createCapture(options)
  // Express recognises an error handler by its four parameters.
  return function lognitorErrorHandler(
    error: unknown,
    request: IncomingMessage,
    _response: unknown,
    next: (error?: unknown) => void,
  ): void {
    capture(error, request)
    next(error)
  }
}
