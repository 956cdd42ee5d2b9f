/** The channel shared by all threads of a process that have a client. */
export const CHANNEL = 'lognitor.threads.v1'

/** A message between threads. */
export type ThreadWord =
  /** A thread has started; its slot is attached. */
  | { readonly kind: 'hello'; readonly thread: number; readonly cells: Int32Array<SharedArrayBuffer> }
  /** The main thread asks all threads to introduce themselves. */
  | { readonly kind: 'who' }
  /** The main thread ends the process: deliver now. */
  | { readonly kind: 'deliver'; readonly timeoutMs: number }
  /** The thread ends by an error and asks whether the process ends, too. */
  | { readonly kind: 'crash'; readonly thread: number }

/**
 * A hash that is equal for an error and its copy in another thread, since copies keep name and message but not
 * identity. Never 0.
 */
export function crashHash(thrown: unknown): number {
  let text: string
  try {
    const { name, message, stack } = Object(thrown) as { name?: unknown; message?: unknown; stack?: unknown }
    text =
      stack === undefined
        ? `${typeof thrown} ${String(thrown)}`
        : `${String(name)}\n${String(message)}\n${String(stack)}`
  } catch {
    return 1
  }
  let hash = 0x811c9dc5
  for (let at = 0; at < Math.min(text.length, 10_000); at++)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash || 1
}
