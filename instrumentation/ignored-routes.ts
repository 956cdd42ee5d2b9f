import { types } from 'node:util'
import { withoutTrailingSlashes } from '../src/config/trailing-slashes.js'

/** An exact path with all whole segments below it (`/` is the root alone), or a RegExp. */
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

/** A copy, since one with the g or y flag remembers where its last match ended. */
function matching(route: RegExp): IsIgnored {
  const copy = new RegExp(route.source, route.flags.replace(/[gy]/g, ''))
  return (path) => copy.test(path)
}
