import type { Clock } from '../common/clock.js'
import type { DropReason } from '../diagnostics/drop-ledger.js'
import { INTENDED_DROPS } from '../diagnostics/intended-drops.js'
import type { Observer, Posted } from './forward/observer.js'
import type { Say } from './operator-log.js'

/** Shortest time between two lines about the same thing. */
const QUIET_MS = 60_000
/** Most keys whose state is remembered. */
const MOST_KEYS = 1000

type Trouble = 'key_refused' | 'wrong_address' | 'deliveries_fail'

interface KeyState {
  readonly trouble: Trouble
  readonly sinceMs: number
  failedPosts: number
  /** A line about this state has been written. */
  readonly isTold: boolean
}

/** Reports to the operator what only an operator can correct: once when a problem begins, and once when it ends. */
export class DeliveryWatch implements Observer {
  readonly #say: Say
  readonly #clock: Clock
  readonly #apiUrl: string
  readonly #states = new Map<string, KeyState>()
  /** When a line was last written, by what it was about. */
  readonly #toldMs = new Map<string, number>()
  readonly #dropped = new Map<DropReason, number>()
  #refused = 0

  constructor(say: Say, clock: Clock, apiUrl: string) {
    this.#say = say
    this.#clock = clock
    this.#apiUrl = apiUrl
  }

  /** @param keyName a name that may be shown for the key; empty for the gateway's own key */
  answered(keyName: string, posted: Posted): void {
    const trouble = troubleOf(posted)
    const known = this.#states.get(keyName)
    if (trouble === undefined) {
      this.#states.delete(keyName)
      if (known?.isTold) this.#recovered(keyName, known)
    } else if (known?.trouble === trouble) known.failedPosts++
    else this.#begun(keyName, trouble, 'why' in posted.outcome ? posted.outcome.why : '')
  }

  dropped(reason: DropReason, count: number): void {
    if (INTENDED_DROPS.has(reason)) return
    const total = (this.#dropped.get(reason) ?? 0) + count
    this.#dropped.set(reason, total)
    if (!this.#isDue(`drop ${reason}`)) return
    this.#dropped.set(reason, 0)
    const message = `${total} logs or request entries were dropped since the last line. Reason: ${reason}.`
    this.#say({ event: 'drops', level: 'warn', message, figures: { reason, count: total } })
  }

  /** Counts a caller that was told to retry because there was no room. */
  wasFull(): void {
    this.#refused++
    if (!this.#isDue('full')) return
    const count = this.#refused
    this.#refused = 0
    const message = `The gateway has reached its limits: ${count} exports were told to retry since the last line.`
    this.#say({ event: 'full', level: 'warn', message, figures: { count } })
  }

  #begun(keyName: string, trouble: Trouble, why: string): void {
    const isTold = this.#isDue(`${trouble} ${keyName}`)
    if (this.#states.size >= MOST_KEYS) this.#states.delete(this.#states.keys().next().value as string)
    this.#states.set(keyName, { trouble, sinceMs: this.#clock.monotonic(), failedPosts: 1, isTold })
    if (!isTold) return
    const key = keyName === '' ? 'the API key' : `the API key ${keyName}`
    const sentences: Readonly<Record<Trouble, string>> = {
      key_refused: `Lognitor refused ${key} (${why}). Callers keep their data; one request a minute tries again.`,
      wrong_address: `${this.#apiUrl} does not answer like Lognitor (${why}). Callers keep their data; one request a minute tries again.`,
      deliveries_fail: `Deliveries fail (${why}). Callers keep their data and retry.`,
    }
    this.#say({ event: trouble, level: 'warn', message: sentences[trouble], figures: { why } })
  }

  #recovered(keyName: string, { sinceMs, failedPosts }: KeyState): void {
    const seconds = Math.round((this.#clock.monotonic() - sinceMs) / 1000)
    const of = keyName === '' ? '' : ` of the API key ${keyName}`
    const message = `Deliveries${of} work again after ${seconds} s and ${failedPosts} failed requests.`
    this.#say({ event: 'deliveries_work', level: 'info', message, figures: { seconds, failedPosts } })
  }

  /** Whether another line about this may be written now. */
  #isDue(what: string): boolean {
    const now = this.#clock.monotonic()
    const last = this.#toldMs.get(what)
    if (last !== undefined && now - last < QUIET_MS) return false
    if (this.#toldMs.size >= MOST_KEYS) this.#toldMs.delete(this.#toldMs.keys().next().value as string)
    this.#toldMs.set(what, now)
    return true
  }
}

function troubleOf({ outcome }: Posted): Trouble | undefined {
  switch (outcome.kind) {
    case 'unauthorized':
      return 'key_refused'
    case 'wrong_address':
      return 'wrong_address'
    case 'retryable':
      return 'deliveries_fail'
    default:
      return undefined
  }
}
