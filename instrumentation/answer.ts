import type { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'

/** The answer to a request, as far as the request entry needs it. */
export interface Answer {
  /**
   * The status that the caller was given; undefined where nothing of an answer was sent.
   * @param hasFinished whether the whole answer was handed to the socket
   */
  status(hasFinished: boolean): number | undefined
  /** Whether the answer still waits behind others on its connection: it has no socket then. */
  readonly isWaiting: boolean
}

/** The answer to an HTTP/1.1 request. Node's `statusCode` is 200 also where nothing was ever sent. */
export function answerOfResponse(response: ServerResponse): Answer {
  return {
    status: (hasFinished) => {
      const wasSeen = hasFinished || (hasSentHead(response) && response.socket !== null)
      return wasSeen ? response.statusCode : undefined
    },
    get isWaiting() {
      return response.socket === null
    },
  }
}

/** The answer to an HTTP/2 request. */
export function answerOfStream(stream: ServerHttp2Stream): Answer {
  return {
    status: () => (stream.headersSent ? Number(stream.sentHeaders?.[':status']) || undefined : undefined),
    isWaiting: false,
  }
}

/** `headersSent` is true of a head that is only made; whether the head has left is Node's own knowledge. */
function hasSentHead(response: ServerResponse): boolean {
  return response.headersSent && (response as { _headerSent?: boolean })._headerSent !== false
}
