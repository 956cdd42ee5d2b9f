import type { Buffer } from 'node:buffer'
import type { HrTime, InstrumentationScopeLike, ResourceLike } from '../../translate/otel.js'
import type { Level } from '../../wire/level.js'

/** Length of the id of a log. */
export const ID_BYTES = 36

/**
 * The logs of records that follow each other in one group, as JSON with room for their ids. A few arrays of numbers take
 * a fraction of the memory that an object for each log would.
 */
export class WrittenLogs {
  readonly resource: ResourceLike
  readonly instrumentationScope: InstrumentationScopeLike
  /** Holds the logs, with a comma between neighbours. */
  readonly page: Buffer
  readonly levels: Level[] = []
  /** Approximate sizes in the body, in bytes. */
  readonly weights: number[] = []
  /** Where the ids belong in the page. */
  readonly idsAt: number[] = []
  /** Where the logs end in the page. */
  readonly ends: number[] = []
  /** The latest time of the records. */
  readonly latest: [number, number] = [0, 0]
  readonly #start: number

  /** @param start where the first log begins in the page */
  constructor(
    group: { resource: ResourceLike; scope: InstrumentationScopeLike },
    page: Buffer,
    start: number,
  ) {
    this.resource = group.resource
    this.instrumentationScope = group.scope
    this.page = page
    this.#start = start
  }

  get count(): number {
    return this.ends.length
  }

  /** Where a log begins in the page: behind the comma. */
  startOf(index: number): number {
    return index === 0 ? this.#start : (this.ends[index - 1] as number) + 1
  }

  include(time: HrTime): void {
    const { latest } = this
    if (time[0] < latest[0] || (time[0] === latest[0] && time[1] <= latest[1])) return
    latest[0] = time[0]
    latest[1] = time[1]
  }
}
