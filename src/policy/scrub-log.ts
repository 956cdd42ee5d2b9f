import type { Breadcrumb, Fields, Log, RequestDetail } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'
import { scrubMetadata } from './scrub-metadata.js'
import { scrubUrl } from './scrub-url.js'

/** Scrubs every URL of a log in place. Objects that logs may share are copied first. */
export function scrubLog(log: Log, params: ReadonlySet<string>): void {
  if (log.request !== undefined) log.request = scrubRequest(log.request, params)
  if (log.breadcrumbs !== undefined && log.breadcrumbs.length > 0) {
    log.breadcrumbs = log.breadcrumbs.map((breadcrumb) => scrubBreadcrumb(breadcrumb, params))
  }
  if (log.metadata !== undefined) log.metadata = scrubMetadata(log.metadata, params)
}

/** The request entry itself, or a copy where its path had something to scrub. */
export function scrubEntry(entry: RequestEntry, params: ReadonlySet<string>): RequestEntry {
  return scrubField(entry, 'path', params)
}

function scrubRequest(request: RequestDetail, params: ReadonlySet<string>): RequestDetail {
  const scrubbed = scrubField(request, 'url', params)
  return scrubField(scrubbed, 'path', params)
}

function scrubBreadcrumb(breadcrumb: Breadcrumb, params: ReadonlySet<string>): Breadcrumb {
  const { data } = breadcrumb
  if (data === undefined) return breadcrumb
  const scrubbed = scrubField(data, 'url', params)
  return scrubbed === data ? breadcrumb : { ...breadcrumb, data: scrubbed }
}

/** The object itself when the field has nothing to scrub, else a copy. */
function scrubField<T extends object>(fields: T, name: string, params: ReadonlySet<string>): T {
  const url = (fields as Fields)[name]
  if (typeof url !== 'string') return fields
  const scrubbed = scrubUrl(url, params)
  return scrubbed === url ? fields : { ...fields, [name]: scrubbed }
}
