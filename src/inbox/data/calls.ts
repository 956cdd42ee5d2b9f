/** How calls of clients were answered: `cut` is a connection that the inbox cut, `422` an answer that rejects entries. */
export const ANSWERS = ['2xx', '422', '4xx', '5xx', 'cut'] as const

export type Answer = (typeof ANSWERS)[number]

/** The calls of one second. */
export interface CallsOfSecond {
  /** Start of the second, in milliseconds since the epoch. */
  readonly time: number
  readonly counts: Record<Answer, number>
}

const SECOND_MS = 1000
const KEPT_SECONDS = 3600

/** The calls of clients over time by their answers, for at most an hour in which there were calls. */
export class Calls {
  #seconds: CallsOfSecond[] = []

  /** @param status status of the answer; zero for a connection that the inbox cut */
  add(status: number, now: number): void {
    const time = Math.floor(now / SECOND_MS) * SECOND_MS
    let last = this.#seconds.at(-1)
    if (last === undefined || last.time < time) {
      last = { time, counts: { '2xx': 0, '422': 0, '4xx': 0, '5xx': 0, cut: 0 } }
      this.#seconds.push(last)
      if (this.#seconds.length > 2 * KEPT_SECONDS) this.#seconds = this.#seconds.slice(-KEPT_SECONDS)
    }
    last.counts[answerOf(status)]++
  }

  /** The oldest first. */
  list(): readonly CallsOfSecond[] {
    return this.#seconds.slice(-KEPT_SECONDS)
  }

  clear(): void {
    this.#seconds = []
  }
}

function answerOf(status: number): Answer {
  if (status === 0) return 'cut'
  if (status === 422) return '422'
  if (status < 300) return '2xx'
  return status >= 400 && status < 500 ? '4xx' : '5xx'
}
