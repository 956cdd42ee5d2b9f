/** The target of a request line, such as `/orders/7?full=1`, in its parts. */
export interface Target {
  /** Without the query; `*` for `OPTIONS *`. */
  readonly path: string
  /** With its question mark; empty where there is no query. */
  readonly query: string
}

/** @param url a request's original `url`; the absolute form that proxies send is accepted too */
export function parseTarget(url: string): Target {
  const origin = url.charCodeAt(0) === SLASH ? url : withoutOrigin(url)
  const question = origin.indexOf('?')
  return question < 0
    ? { path: origin, query: '' }
    : { path: origin.slice(0, question), query: origin.slice(question) }
}

const SLASH = 47

function withoutOrigin(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i.exec(url)
  if (scheme === null) return url
  const rest = url.slice(scheme[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}
