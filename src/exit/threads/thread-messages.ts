/** The one channel of all threads of a process that have a client. */
export const CHANNEL = 'lognitor.threads.v1'

/** What threads say to each other. */
export type ThreadWord =
  /** A thread is there; this is its slot. */
  | { readonly kind: 'hello'; readonly thread: number; readonly cells: Int32Array<SharedArrayBuffer> }
  /** The main thread asks who is there. */
  | { readonly kind: 'who' }
  /** The main thread ends: deliver now. */
  | { readonly kind: 'deliver'; readonly timeoutMs: number }
  /** The thread is about to end by an error and asks whether the process will, too. */
  | { readonly kind: 'crash'; readonly thread: number }

/**
 * The same for an error and for its copy in another thread; never 0. Copies keep their words, not their
 * identity.
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
