import type { Breadcrumb } from '../wire/log.js'
import { roughBytes } from './weight.js'

/**
 * A breadcrumb, or a function that formats one when an error needs it. A function that throws or returns undefined
 * gives no breadcrumb.
 */
export type Crumb = Breadcrumb | (() => Breadcrumb | undefined)

/** More than any log can carry. */
const MAX_BYTES = 512 * 1024
/** Estimated bytes of a breadcrumb that is not formatted yet. It mostly references a span that has ended. */
const UNFORMATTED_BYTES = 2048

interface Kept {
  crumb: Crumb | undefined
  bytes: number
}

/** The newest breadcrumbs, oldest first. Beyond the limit, or beyond 512 KiB, the oldest one is dropped. */
export class BreadcrumbRing {
  readonly #limit: number
  #kept: Kept[] = []
  /** Those before this index are dropped. */
  #start = 0
  #bytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    return this.#bytes
  }

  add(crumb: Crumb): void {
    if (this.#limit <= 0) return
    const bytes = typeof crumb === 'function' ? UNFORMATTED_BYTES : roughBytes(crumb)
    this.#kept.push({ crumb, bytes })
    this.#bytes += bytes
    this.#makeRoom()
  }

  /** All breadcrumbs in order, formatted. Each function is called once and then released with what it references. */
  read(): Breadcrumb[] {
    for (const kept of this.#living) {
      if (typeof kept.crumb !== 'function') continue
      kept.crumb = format(kept.crumb)
      this.#bytes -= kept.bytes
      kept.bytes = kept.crumb === undefined ? 0 : roughBytes(kept.crumb)
      this.#bytes += kept.bytes
    }
    this.#makeRoom()
    return this.#living.flatMap(({ crumb }) => (typeof crumb === 'object' ? [crumb] : []))
  }

  /** A new ring with the breadcrumbs of this one, unformatted. A smaller limit drops the oldest. */
  copy(limit = this.#limit): BreadcrumbRing {
    const ring = new BreadcrumbRing(limit)
    for (const { crumb } of this.#living) if (crumb !== undefined) ring.add(crumb)
    return ring
  }

  /** A new ring without the named breadcrumbs. */
  without(crumbs: ReadonlySet<Crumb>): BreadcrumbRing {
    const ring = new BreadcrumbRing(this.#limit)
    for (const { crumb } of this.#living) if (crumb !== undefined && !crumbs.has(crumb)) ring.add(crumb)
    return ring
  }

  get #living(): readonly Kept[] {
    return this.#start === 0 ? this.#kept : this.#kept.slice(this.#start)
  }

  #makeRoom(): void {
    while (this.#isOver(this.#kept.length - this.#start)) {
      const oldest = this.#kept[this.#start] as Kept
      this.#bytes -= oldest.bytes
      oldest.crumb = undefined
      this.#start++
    }
    // In one go, and not at each breadcrumb: a shift moves all others.
    if (this.#start <= this.#limit) return
    this.#kept = this.#kept.slice(this.#start)
    this.#start = 0
  }

  #isOver(count: number): boolean {
    return count > this.#limit || (this.#bytes > MAX_BYTES && count > 1)
  }
}

function format(crumb: () => Breadcrumb | undefined): Breadcrumb | undefined {
  try {
    return crumb()
  } catch {
    return undefined
  }
}
