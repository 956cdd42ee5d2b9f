import type { Clock } from '../../common/clock.js'
import { outside } from './outside.js'
import { type Posted, post, type WatchedTransport } from './post.js'

export interface UploaderParts {
  readonly transport: WatchedTransport
  readonly clock: Clock
  readonly userAgent: string
  readonly apiKey: string
}

export interface UploadOptions {
  /** Default true. */
  readonly withKey?: boolean
  /** See {@link WatchedTransport}. */
  readonly onWritten?: ((isWritten: boolean) => void) | undefined
}

export interface Uploader {
  /** One POST of JSON, never repeated, never rejecting. The key goes along unless told otherwise. */
  post(path: string, body: Uint8Array, options?: UploadOptions): Promise<Posted>
}

/** Posts to one address under one key, unseen by tracing. */
export function createUploader({ transport, clock, userAgent, apiKey }: UploaderParts): Uploader {
  return {
    post: (path, body, { withKey = true, onWritten } = {}) =>
      outside(() => {
        const key = withKey ? apiKey : undefined
        return post(transport, clock, { path, body, apiKey: key, userAgent, onWritten })
      }),
  }
}
