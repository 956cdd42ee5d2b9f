import { types } from 'node:util'
import { withoutTrailingSlashes } from '../src/config/trailing-slashes.js'

/** An exact path, which includes all paths below it by whole segments (`/` is the root alone), or a RegExp. */
export type IgnoredRoute = string | RegExp

/** True for the path (without query) of a request that gets no request entry. */
export type IsIgnored = (path: string) => boolean

export function ignoredRoutes(routes: readonly IgnoredRoute[] = []): IsIgnored {
  const tests = routes.map((route) => (types.isRegExp(route) ? matching(route) : below(route)))
  return (path) => tests.some((test) => test(path))
}

function below(route: string): IsIgnored {
  if (route === '/') return (path) => path === '/'
  const exact = withoutTrailingSlashes(route)
  const prefix = `${exact}/`
  return (path) => path === exact || path.startsWith(prefix)
}

/** A copy, because a RegExp with the flag g or y keeps the position of its last match. */
function matching(route: RegExp): IsIgnored {
  const copy = new RegExp(route.source, route.flags.replace(/[gy]/g, ''))
  return (path) => copy.test(path)
}
