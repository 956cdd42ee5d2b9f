import type { RequestDetail } from '../wire/log.js'
import type { Draft, Taken } from './draft.js'

/**
 * Completes `url` and `path` by the pieces that semantic conventions define: the whole URL, or path and query, or the
 * older request target. A piece that cannot be read from the result stays in `metadata`.
 *
 * @param input the request as far as it is known; it is completed in place
 */
export function completeRequest(draft: Draft, input: RequestDetail | undefined): RequestDetail | undefined {
  const full = draft.claim('url', 'full')
  const path = draft.claim('url', 'path')
  const query = draft.claim('url', 'query')
  const target = draft.claim('url', 'target')
  const targetText = textOf(target)
  const pathText = textOf(path) ?? (targetText === undefined ? undefined : withoutQuery(targetText))
  const url = textOf(full) ?? withQuery(textOf(path), textOf(query)) ?? targetText
  if (url === undefined) {
    draft.release(query)
    return input
  }
  const request = input ?? {}
  request.url ??= url
  if (pathText !== undefined) request.path ??= pathText
  if (full !== undefined && full.value !== request.url) draft.release(full)
  if (path !== undefined && path.value !== request.path) draft.release(path)
  if (query !== undefined && !request.url.includes(withQuery('', textOf(query)) as string))
    draft.release(query)
  if (targetText !== undefined && !request.url.endsWith(targetText)) draft.release(target)
  return request
}

function textOf(part: Taken | undefined): string | undefined {
  return part?.value as string | undefined
}

function withQuery(path: string | undefined, query: string | undefined): string | undefined {
  if (path === undefined || query === undefined) return path
  return query.startsWith('?') ? path + query : `${path}?${query}`
}

/** A path or URL up to its query or fragment. */
export function withoutQuery(url: string): string {
  const end = url.search(/[?#]/)
  return end === -1 ? url : url.slice(0, end)
}
