type Method = (this: unknown, ...args: unknown[]) => unknown

export interface LastStepsParts {
  /** Runs an uncaught exception's way through Node; calls back with whether something on that way has thrown. */
  readonly afterException: (hasThrown: boolean) => void
  /** The process ends with the next line, and no event says so. */
  readonly beforeEnd: () => void
}

/**
 * Watches the ways out of a process that raise no event. An `exit` listener that calls `process.exit` itself, and
 * whoever calls `process.reallyExit` or `process.execve`, end it at once; so does an exception inside of the function
 * by which Node handles an uncaught one: a capture callback, or a domain's handler, that throws.
 *
 * These are properties of `process` that Node looks up at each call. Where one of them is missing, that way out stays
 * unwatched. Gives a function that ends it.
 */
export function watchLastSteps({ afterException, beforeEnd }: LastStepsParts): () => void {
  const undo = [
    wrap('_fatalException', (goOn) => {
      let hasReturned = false
      // Not caught and thrown again: Node prints the line where it was thrown.
      try {
        const result = goOn()
        hasReturned = true
        return result
      } finally {
        afterException(!hasReturned)
      }
    }),
    ...['reallyExit', 'execve'].map((name) =>
      wrap(name, (goOn) => {
        beforeEnd()
        return goOn()
      }),
    ),
  ]
  return () => {
    for (const step of undo) step()
  }
}

function wrap(name: string, around: (goOn: () => unknown) => unknown): () => void {
  const holder = process as unknown as Record<string, Method>
  const original = holder[name]
  if (typeof original !== 'function') return () => {}
  let isOn = true
  const wrapped: Method = function (this: unknown, ...args) {
    const goOn = () => Reflect.apply(original, this, args)
    return isOn ? around(goOn) : goOn()
  }
  holder[name] = wrapped
  return () => {
    isOn = false
    // Whoever has wrapped ours since keeps it, and it does nothing any more.
    if (holder[name] === wrapped) holder[name] = original
  }
}
