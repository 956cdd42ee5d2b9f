import type { IncomingHttpHeaders } from 'node:http'

/** The head of a request, whatever version of HTTP it came by. Node's `IncomingMessage` is one. */
export interface RequestHead {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}
