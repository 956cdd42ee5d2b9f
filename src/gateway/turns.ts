/** Longest time that one export works before the event loop runs other work, in milliseconds. */
const SLICE_MS = 10

let sliceEndsAt = 0
let line: Promise<void> = Promise.resolve()

/**
 * Called between two records: undefined while there is time left, otherwise a promise to await. One export continues in
 * each turn of the event loop, so that many exports delay other work no longer than one does.
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
