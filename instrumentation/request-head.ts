import type { IncomingHttpHeaders } from 'node:http'

/** The head of a request of any HTTP version. Node's `IncomingMessage` has this shape. */
export interface RequestHead {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}
