import type { RequestDetail } from '../wire/log.js'
import type { Draft } from './draft.js'

/**
 * Makes `url` and `path` of the pieces that semantic conventions give: the whole URL, or path and query,
 * or the old request target. A piece that is not to be read from either of them afterwards stays in `metadata`.
 */
export function completeRequest(draft: Draft, given: RequestDetail | undefined): RequestDetail | undefined {
  const full = draft.claim('parts', 'urlFull')
  const path = draft.claim('parts', 'urlPath')
  const query = draft.claim('parts', 'urlQuery')
  const target = draft.claim('parts', 'urlTarget')
  if (full === undefined && path === undefined && target === undefined) {
    draft.release(query)
    return given
  }
  const pathValue = path?.value as string | undefined
  const targetValue = target?.value as string | undefined
  const request: RequestDetail = { ...given }
  request.url ??=
    (full?.value as string | undefined) ?? withQuery(pathValue, query?.value) ?? (targetValue as string)
  const requestPath =
    request.path ?? pathValue ?? (targetValue === undefined ? undefined : withoutQuery(targetValue))
  if (requestPath !== undefined) request.path = requestPath
  if (full !== undefined && full.value !== request.url) draft.release(full)
  if (path !== undefined && pathValue !== request.path) draft.release(path)
  if (query !== undefined && !request.url.includes(withQuery('', query.value) as string)) draft.release(query)
  if (targetValue !== undefined && !request.url.endsWith(targetValue)) draft.release(target)
  return request
}

/** A path or URL up to its query or fragment. */
export function withoutQuery(url: string): string {
  const end = url.search(/[?#]/)
  return end === -1 ? url : url.slice(0, end)
}

function withQuery(path: string | undefined, query: unknown): string | undefined {
  if (path === undefined || typeof query !== 'string') return path
  return query.startsWith('?') ? path + query : `${path}?${query}`
}
