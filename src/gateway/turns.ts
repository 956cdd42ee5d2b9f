/** For so long one export may work before the event loop sees to everything else. */
const SLICE_MS = 10

let sliceEndsAt = 0
let line: Promise<void> = Promise.resolve()

/**
 * Asked between two records: nothing while there is time left, else a promise to wait for. Exports take turns, one in
 * each round of the event loop, so that many of them delay other work no longer than one does.
 */
export function nextTurn(): Promise<void> | undefined {
  if (performance.now() < sliceEndsAt) return undefined
  line = line.then(round)
  return line
}

function round(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      sliceEndsAt = performance.now() + SLICE_MS
      resolve()
    })
  })
}
