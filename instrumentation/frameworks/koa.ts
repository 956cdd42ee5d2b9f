import type { IncomingMessage } from 'node:http'
import { isRegExp } from '../../src/common/any-realm.js'
import { openRequestOf } from '../open-requests.js'
import { type CaptureOptions, createCapture } from './capture.js'

interface KoaContextLike {
  readonly req: IncomingMessage
  readonly state: { readonly user?: unknown }
  /** Set by @koa/router: a route that matched, and the path of the last route that ran. */
  readonly _matchedRoute?: unknown
  readonly routerPath?: unknown
}

/**
 * A Koa middleware that captures what the middleware below it throws, together with the request. It also gives the
 * route (of @koa/router) to the request entry and `ctx.state.user` to `captureUser`. It serves applications without the
 * Koa instrumentation; with both, one failure is still one log.
 *
 * @example
 * app.use(myOwnErrorHandler)
 * app.use(koaMiddleware())
 * app.use(router.routes())
 */
export function koaMiddleware(options?: CaptureOptions) {
  const capture = createCapture(options)
  return async function lognitor(context: KoaContextLike, next: () => Promise<unknown>): Promise<unknown> {
    const open = openRequestOf(context.req)
    const request = {
      get user() {
        return context.state.user
      },
    }
    open?.attachFramework(request, undefined)
    try {
      return await next()
    } catch (error) {
      capture(error, context.req)
      throw error
    } finally {
      const route = routeOfKoa(context)
      if (route !== undefined) open?.attachFramework(request, route)
    }
  }
}

/** Several routes may match, such as `/post/:id` and `/post/new`. The last one that ran gave the answer. */
function routeOfKoa({ _matchedRoute: matched, routerPath: ran }: KoaContextLike): string | undefined {
  if (matched === undefined) return undefined
  const route = isTemplate(ran) ? ran : matched
  return isTemplate(route) ? String(route) : undefined
}

function isTemplate(value: unknown): boolean {
  return typeof value === 'string' || isRegExp(value)
}
