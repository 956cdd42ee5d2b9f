import type { IncomingMessage } from 'node:http'
import { openRequestOf } from '../open-requests.js'
import { type CaptureOptions, createCapture } from './capture.js'

interface HapiRequestLike {
  readonly raw: { readonly req: IncomingMessage }
  readonly route: { readonly method: string; readonly path: string }
  readonly auth: { readonly credentials?: unknown }
  readonly response: object
}

interface HapiServerLike {
  ext(
    point: 'onPreAuth' | 'onPreResponse',
    // biome-ignore lint/suspicious/noExplicitAny: hapi's own request and toolkit, of whatever version
    method: (request: any, h: any) => symbol,
  ): unknown
}

/**
 * A hapi plugin that captures what handlers and extensions throw, together with the request. It also gives the route to
 * the request entry and the credentials to `captureUser`. It serves applications without the hapi instrumentation; with
 * both, one failure is still one log.
 *
 * @example
 * await server.register(hapiPlugin())
 */
export function hapiPlugin(options?: CaptureOptions) {
  const capture = createCapture(options)
  return {
    name: '@lognitor/opentelemetry',
    register(server: HapiServerLike): void {
      server.ext('onPreAuth', (request: HapiRequestLike, h: { readonly continue: symbol }) => {
        recordRoute(request)
        return h.continue
      })
      server.ext('onPreResponse', (request: HapiRequestLike, h: { readonly continue: symbol }) => {
        const { response } = request
        if ('isBoom' in response && response.isBoom === true) capture(response, request.raw.req)
        return h.continue
      })
    },
  }
}

function recordRoute({ raw, route, auth }: HapiRequestLike): void {
  // hapi answers a request without a matching route by an internal route of method `_special`.
  const path = route.method === '_special' ? undefined : route.path
  const request = {
    get user() {
      return auth.credentials
    },
  }
  openRequestOf(raw.req)?.attachFramework(request, path)
}
