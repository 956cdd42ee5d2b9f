import { type Fate, fateOf } from '../../delivery/fate.js'
import type { Outcome } from '../../delivery/http/outcome.js'
import type { Posted } from '../../delivery/http/post.js'
import type { DeliveryMetrics } from '../../delivery/metrics.js'
import type { DropLedger } from '../../diagnostics/drop-ledger.js'
import type { BatchBody } from './batch-body.js'
import { type Held, heldBy } from './delivery.js'
import type { KeyState } from './key-state.js'
import type { Observer } from './observer.js'
import type { PartialSuccess } from './partial-success.js'
import type { Semaphore } from './semaphore.js'
import type { StableIds } from './stable-ids.js'

export interface BatchSenderParts {
  readonly ledger: DropLedger
  readonly metrics: DeliveryMetrics
  readonly slots: Semaphore
  readonly random: () => number
  readonly observer: Observer
}

/** What the batches of one export have in common. */
export interface ExportContext {
  readonly stableIds: StableIds
  readonly keyState: KeyState
  readonly partialSuccess: PartialSuccess
  /** Why no further batch of the export may be sent; undefined while one may. */
  hold(): Held | undefined
}

/** Sends batches to the service, one request each, and counts the results. */
export class BatchSender {
  readonly #parts: BatchSenderParts
  #logsInFlight = 0

  constructor(parts: BatchSenderParts) {
    this.#parts = parts
  }

  /** Undefined when the batch is done, delivered or dropped; otherwise why it has to be sent again. */
  async send(body: BatchBody, exportContext: ExportContext): Promise<Held | undefined> {
    const { sources } = body
    const { partialSuccess, hold } = exportContext
    const { ledger, slots, random } = this.#parts
    // The hold is checked when the batch's turn has come: the wait for a free connection may be long.
    const sent = await slots.run(async () => {
      const entry = hold() ?? (await exportContext.keyState.hold.enter())
      return typeof entry === 'object' ? entry : this.#post(body, exportContext, entry === 'probe')
    })
    if ('kind' in sent) return sent
    const { posted, fate } = sent
    const { outcome } = posted
    const entries = sources.length
    switch (fate.kind) {
      case 'done':
        if (outcome.kind === 'sent') partialSuccess.refuse(sources, outcome.rejections, outcome.rejected)
        ledger.take(body.path, entries, fate.rejected)
        ledger.drop('rejected', fate.rejected)
        return undefined
      case 'halve': {
        const [first, second] = body.halves()
        return (await this.send(first, exportContext)) ?? (await this.send(second, exportContext))
      }
      case 'drop':
        this.#drop(fate.reason, body, outcome, partialSuccess)
        return undefined
      case 'retry':
        return heldBy(fate.hold, posted, random)
    }
  }

  async #post(
    body: BatchBody,
    { stableIds, keyState }: ExportContext,
    isProbe: boolean,
  ): Promise<{ posted: Posted; fate: Fate }> {
    const { metrics, observer } = this.#parts
    const entries = body.sources.length
    const logs = body.path === '/ingest' ? entries : 0
    this.#logsInFlight += logs
    metrics.inFlight(this.#logsInFlight)
    // A request may be written again on another connection: then the last attempt counts.
    let isWritten = false
    let wasWritten = false
    const onWritten = (isWhole: boolean) => {
      if (!isWhole) wasWritten = isWritten
      isWritten = isWhole
    }
    const bytes = body.body(stableIds.batchId(body.name))
    const posted = await keyState.uploader.post(body.path, bytes, { onWritten })
    // Without an answer, or before the last byte has left, a socket or a proxy may still hold the bytes.
    if ((isWritten || wasWritten) && posted.outcome.kind === 'sent') body.isReadToEnd()
    this.#logsInFlight -= logs
    metrics.inFlight(this.#logsInFlight)
    // The gateway does not retry with fewer entries, so a batch never holds more than the service is known to take.
    const fate = fateOf(posted.outcome, { entries, attempts: 1 }, { knownEntries: entries, maxRetries: 0 })
    if (logs > 0) metrics.exported(logs, fate)
    keyState.learn(posted, fate, isProbe)
    observer.answered(keyState.name, posted)
    return { posted, fate }
  }

  #drop(
    reason: 'bad_batch' | 'too_large',
    { sources }: BatchBody,
    outcome: Outcome,
    partialSuccess: PartialSuccess,
  ): void {
    this.#parts.ledger.drop(reason, sources.length)
    const why = `${reason === 'too_large' ? 'too large' : 'refused'}: ${'why' in outcome ? outcome.why : ''}`
    for (const source of sources) partialSuccess.drop(source, why)
  }
}
