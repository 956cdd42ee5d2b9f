/** Waits until a condition holds, or fails after a time that no healthy run needs. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = String(condition),
  limitMs = 40_000,
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`This did not happen in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Blocks the event loop. */
export function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Waits a few turns of the event loop, so that a fault would have time to show. */
export async function settle(turns = 20): Promise<void> {
  for (let n = 0; n < turns; n++) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** A promise that stays pending until `open` is called. */
export function closedLatch(): { readonly promise: Promise<void>; open(): void } {
  let open = () => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return { promise, open }
}
