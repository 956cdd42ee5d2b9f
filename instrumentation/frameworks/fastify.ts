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
 * A Fastify plugin that captures what handlers and hooks throw, with the request it happened in. For
 * applications without `@fastify/otel`; beside it one failure is still one log.
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
    // For all of the application, and not only for what is registered inside of this plugin.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: '@lognitor/opentelemetry',
  })
}
