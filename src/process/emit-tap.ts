type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean

/** Called in place of `process.emit`, with a function that goes on with it. */
export type Tap = (goOn: () => boolean, args: readonly unknown[]) => boolean

/**
 * Looks on as the process emits: a listener would change what Node does (an `unhandledRejection` without one
 * ends the process), and would not run after those that are added later. Gives a function that ends it.
 */
export function tapEmit(taps: ReadonlyMap<string | symbol, Tap>): () => void {
  const holder = process as unknown as { emit: Emit }
  const hadOwn = Object.hasOwn(process, 'emit')
  const original = holder.emit
  let isOn = true

  const tapped: Emit = function (this: unknown, event, ...args) {
    const goOn = () => original.call(this, event, ...args)
    const tap = isOn ? taps.get(event) : undefined
    return tap === undefined ? goOn() : tap(goOn, args)
  }
  holder.emit = tapped

  return () => {
    isOn = false
    // Whoever has wrapped ours since keeps it, and it does nothing any more.
    if (holder.emit !== tapped) return
    if (hadOwn) holder.emit = original
    else Reflect.deleteProperty(process, 'emit')
  }
}
