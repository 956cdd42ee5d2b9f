import type { SpanLike } from '../translate/otel.js'
import type { OtelIntake } from './intake.js'
import type { Recorded } from './recorded-exceptions.js'

const MOST_OPEN = 1000
/** A span that ends within this time says more about the failure: its duration, and attributes that are set later. */
const WAIT_MS = 1000

/**
 * The exceptions of spans that have not ended. The span of a stream may stay open for hours, and an exception that the
 * application recorded on it must neither wait for the end of the span nor be lost with a kill. Exceptions that a
 * framework recorded wait for the answer.
 */
export class OpenRecordings {
  readonly #intake: OtelIntake
  readonly #take: (span: SpanLike, recorded: Recorded) => void
  readonly #open = new Map<Recorded, SpanLike>()

  /** @param take writes the log now, while the span is still open */
  constructor(intake: OtelIntake, take: (span: SpanLike, recorded: Recorded) => void) {
    this.#intake = intake
    this.#take = take
    intake.beforeEnd(() => this.#takeAll(() => true))
    intake.beforeFlush(() => this.#takeAll(({ isFrameworks }) => !isFrameworks))
  }

  add(span: SpanLike, recorded: Recorded): void {
    this.#open.set(recorded, span)
    if (this.#open.size > MOST_OPEN) this.#takeOldest()
    if (recorded.isFrameworks) return
    const { clock } = this.#intake.pipeline
    clock.setTimer(() => this.#takeOne(recorded), WAIT_MS)
  }

  /** Called when the span has ended. */
  delete(recorded: Recorded): void {
    this.#open.delete(recorded)
  }

  #takeOldest(): void {
    for (const recorded of this.#open.keys()) {
      this.#takeOne(recorded)
      return
    }
  }

  #takeAll(isMeant: (recorded: Recorded) => boolean): void {
    for (const recorded of this.#open.keys()) if (isMeant(recorded)) this.#takeOne(recorded)
  }

  #takeOne(recorded: Recorded): void {
    const span = this.#open.get(recorded)
    if (span === undefined) return
    this.#open.delete(recorded)
    this.#take(span, recorded)
  }
}
