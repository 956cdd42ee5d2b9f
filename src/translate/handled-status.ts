const CLIENT_CLOSED = 499

/**
 * Whether the answer of a request handled what a framework caught in it, so that the failure is no error.
 * @param status undefined where there was no answer
 */
export function isHandledBy(status: number | undefined): boolean {
  return status !== undefined && status < 500 && status !== CLIENT_CLOSED
}
