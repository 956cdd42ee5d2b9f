import type { IncomingMessage } from 'node:http'
import { type CaptureOptions, createCapture } from './capture.js'

interface FastifyLike {
  addHook(
    name: 'onError',
    hook: (
      request: { readonly raw: IncomingMessage },
      reply: unknown,
      error: Error,
      done: () => void,
    ) => void,
  ): unknown
}

/**
 * A Fastify plugin that captures what handlers and hooks throw, together with the request. It serves applications
 * without `@fastify/otel`; with both, one failure is still one log.
 *
 * @example
 * await app.register(fastifyPlugin())
 */
export function fastifyPlugin(options?: CaptureOptions) {
  const capture = createCapture(options)
  function lognitor(fastify: FastifyLike, _options: unknown, done: () => void): void {
    fastify.addHook('onError', (request, _reply, error, next) => {
      capture(error, request.raw)
      next()
    })
    done()
  }
  return Object.assign(lognitor, {
    // Makes the plugin's hooks apply to the whole application and not only to the plugin's own context.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: '@lognitor/opentelemetry',
  })
}
