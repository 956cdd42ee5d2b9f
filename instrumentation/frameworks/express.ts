import type { IncomingMessage } from 'node:http'
import { type CaptureOptions, createCapture } from './capture.js'

/**
 * An error handler for Express and whatever speaks its middleware's language. It captures what was thrown, or
 * given to `next`, with the request it happened in, and passes it on. For applications without the Express
 * instrumentation; beside it one failure is still one log.
 *
 * @example
 * app.use(routes)
 * app.use(expressErrorHandler())
 * app.use(myOwnErrorHandler)
 */
export function expressErrorHandler(options?: CaptureOptions) {
  const capture = createCapture(options)
  // Express knows an error handler by its four parameters.
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
