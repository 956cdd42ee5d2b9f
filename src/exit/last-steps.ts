type Method = (this: unknown, ...args: unknown[]) => unknown

export interface LastStepsParts {
  /** Called when Node has handled an uncaught exception, with whether a handler has thrown. */
  readonly afterException: (hasThrown: boolean) => void
  /** Called just before the process ends without an event. */
  readonly beforeEnd: () => void
}

/**
 * Watches the ways out of a process that emit no event: an `exit` listener that calls `process.exit`, a call of
 * `process.reallyExit` or `process.execve`, and an exception inside the function by which Node handles uncaught ones (a
 * capture callback or a domain's handler throws).
 *
 * The watched functions are properties of `process` that Node looks up at each call. If one is missing, that way out is
 * not watched. @returns a function that stops watching
 */
export function watchLastSteps({ afterException, beforeEnd }: LastStepsParts): () => void {
  const undo = [
    wrap('_fatalException', (goOn) => {
      let hasReturned = false
      // No catch and rethrow: Node prints the line where the error was thrown.
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
    // Another wrapper has been put around this one and keeps it; it only passes calls on from now on.
    if (holder[name] === wrapped) holder[name] = original
  }
}
