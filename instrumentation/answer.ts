import type { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'

/** The answer to a request, reduced to what a request entry needs. */
export interface Answer {
  /**
   * The status that the client received. Undefined where no part of an answer was sent.
   * @param hasFinished whether the whole answer was handed to the socket
   */
  status(hasFinished: boolean): number | undefined
  /** The status, once the head of the answer was sent or waits to be sent. */
  readonly begunStatus: number | undefined
  /** Whether the answer still waits behind other answers on its connection. It has no socket until its turn comes. */
  readonly isWaiting: boolean
}

/** The answer to an HTTP/1.1 request. Node's `statusCode` is 200 also where no answer was sent. */
export function answerOfResponse(response: ServerResponse): Answer {
  return new ResponseAnswer(response)
}

/** A class, because V8 makes an object with a getter several times slower than an instance. */
class ResponseAnswer implements Answer {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  status(hasFinished: boolean): number | undefined {
    const wasSeen = hasFinished || (hasSentHead(this.#response) && this.#response.socket !== null)
    return wasSeen ? this.#response.statusCode : undefined
  }

  get begunStatus(): number | undefined {
    return this.#response.headersSent ? this.#response.statusCode : undefined
  }

  get isWaiting(): boolean {
    return this.#response.socket === null
  }
}

/** The answer to an HTTP/2 request. */
export function answerOfStream(stream: ServerHttp2Stream): Answer {
  const status = () => (stream.headersSent ? Number(stream.sentHeaders?.[':status']) || undefined : undefined)
  return {
    status,
    get begunStatus() {
      return status()
    },
    isWaiting: false,
  }
}

/** `headersSent` is already true when the head has been built. Only Node's internal state tells whether it was sent. */
function hasSentHead(response: ServerResponse): boolean {
  return response.headersSent && (response as { _headerSent?: boolean })._headerSent !== false
}
