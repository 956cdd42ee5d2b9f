/** Waits until a condition holds, or fails after a time that no healthy run needs. */
export async function until(condition: () => boolean, what: string, limitMs = 20_000): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`It did not come to this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** A few turns of the event loop, for what should not happen to have its chance to happen. */
export async function settle(turns = 20): Promise<void> {
  for (let n = 0; n < turns; n++) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** An entry point that stays shut until it is opened. */
export function shutDoor(): { readonly promise: Promise<void>; open(): void } {
  let open = () => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return { promise, open }
}
