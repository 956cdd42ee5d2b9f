import type { Buffer } from 'node:buffer'
import type { InstrumentationScopeLike, ResourceLike } from '../../translate/otel.js'
import type { Level } from '../../wire/level.js'

/** Length of the id of a log. */
export const ID_BYTES = 36

/**
 * The logs of records that follow each other in one group, as JSON with room for their ids. Several arrays of numbers
 * take a fraction of the memory that an object for each log would.
 */
export class WrittenLogs {
  readonly resource: ResourceLike
  readonly instrumentationScope: InstrumentationScopeLike
  /** Holds the logs, with a comma between neighbours. */
  readonly page: Buffer
  readonly levels: Level[] = []
  /** Approximate sizes in the body, in bytes. */
  readonly weights: number[] = []
  /** Where the logs begin and end in the page. */
  readonly starts: number[] = []
  readonly ends: number[] = []
  /** Where the ids belong in the page. */
  readonly idsAt: number[] = []
  /** The latest time of the records, in milliseconds since 1970. */
  latestMs = 0

  constructor(
    { resource, scope }: { resource: ResourceLike; scope: InstrumentationScopeLike },
    page: Buffer,
  ) {
    this.resource = resource
    this.instrumentationScope = scope
    this.page = page
  }

  get count(): number {
    return this.ends.length
  }
}
