import type { IncomingMessage } from 'node:http'
import { isRegExp } from '../../src/common/any-realm.js'
import { openRequestOf } from '../emitters.js'
import { type CaptureOptions, createCapture } from './capture.js'

interface KoaContextLike {
  readonly req: IncomingMessage
  readonly state: { readonly user?: unknown }
  /** What @koa/router leaves behind: a route that matched, and the path of the last one that ran. */
  readonly _matchedRoute?: unknown
  readonly routerPath?: unknown
}

/**
 * A Koa middleware that captures what those below it throw, with the request it happened in, tells the
 * request's request entry its route (with @koa/router) and `captureUser` its `ctx.state.user`. For applications without
 * the Koa instrumentation; beside it one failure is still one log.
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
    open?.meetFramework(request, undefined)
    try {
      return await next()
    } catch (error) {
      capture(error, context.req)
      throw error
    } finally {
      const route = routeOfKoa(context)
      if (route !== undefined) open?.meetFramework(request, route)
    }
  }
}

/** Several routes may match, such as `/post/:id` and `/post/new`; the one that ran last has answered. */
function routeOfKoa({ _matchedRoute: matched, routerPath: ran }: KoaContextLike): string | undefined {
  if (matched === undefined) return undefined
  const route = isTemplate(ran) ? ran : matched
  return isTemplate(route) ? String(route) : undefined
}

function isTemplate(value: unknown): boolean {
  return typeof value === 'string' || isRegExp(value)
}
