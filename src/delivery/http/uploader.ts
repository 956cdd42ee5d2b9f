import type { Clock } from '../../common/clock.js'
import { outside } from '../../common/outside.js'
import { type Posted, post, type WatchedTransport } from './post.js'

export interface UploaderParts {
  readonly transport: WatchedTransport
  readonly clock: Clock
  readonly userAgent: string
  readonly apiKey: string
}

export interface UploadOptions {
  /** Whether the API key is sent. Default true. */
  readonly withKey?: boolean
  /** See {@link WatchedTransport}. */
  readonly onWritten?: ((isWritten: boolean) => void) | undefined
}

export interface Uploader {
  /** Sends one POST of JSON, without retries. Never rejects. */
  post(path: string, body: Uint8Array, options?: UploadOptions): Promise<Posted>
}

/** Creates the function that posts to one address with one key, without tracing. */
export function createUploader({ transport, clock, userAgent, apiKey }: UploaderParts): Uploader {
  return {
    post: (path, body, { withKey = true, onWritten } = {}) =>
      outside(() => {
        const key = withKey ? apiKey : undefined
        return post(transport, clock, { path, body, apiKey: key, userAgent, onWritten })
      }),
  }
}
