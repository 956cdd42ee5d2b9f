import type { Breadcrumb } from '../wire/log.js'

/**
 * A breadcrumb, or a function that formats one when an error asks for it; what throws or gives
 * undefined is left out.
 */
export type Crumb = Breadcrumb | (() => Breadcrumb | undefined)

/** The newest breadcrumbs, oldest first; what is over the limit pushes out the oldest. */
export class BreadcrumbRing {
  readonly #limit: number
  #crumbs: Crumb[] = []
  #next = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(crumb: Crumb): void {
    if (this.#limit <= 0) return
    if (this.#crumbs.length < this.#limit) {
      this.#crumbs.push(crumb)
      return
    }
    this.#crumbs[this.#next] = crumb
    this.#next = (this.#next + 1) % this.#limit
  }

  /** All in order, formatted. Each is formatted once, and then what its function held is let go. */
  read(): Breadcrumb[] {
    const read: Breadcrumb[] = []
    for (let step = 0; step < this.#crumbs.length; step++) {
      const index = (this.#next + step) % this.#crumbs.length
      const crumb = this.#crumbs[index]
      if (crumb === undefined) continue
      const formatted = typeof crumb === 'function' ? format(crumb) : crumb
      this.#crumbs[index] = formatted ?? nothing
      if (formatted !== undefined) read.push(formatted)
    }
    return read
  }

  /** A ring of its own with what this one holds now, unformatted, the oldest left out if it is smaller. */
  copy(limit = this.#limit): BreadcrumbRing {
    const ring = new BreadcrumbRing(limit)
    for (const crumb of this.#inOrder()) ring.add(crumb)
    return ring
  }

  /** A ring of its own with all but these. */
  without(crumbs: ReadonlySet<Crumb>): BreadcrumbRing {
    const ring = new BreadcrumbRing(this.#limit)
    for (const crumb of this.#inOrder()) if (!crumbs.has(crumb)) ring.add(crumb)
    return ring
  }

  #inOrder(): Crumb[] {
    return [...this.#crumbs.slice(this.#next), ...this.#crumbs.slice(0, this.#next)]
  }
}

function nothing(): undefined {
  return undefined
}

function format(crumb: () => Breadcrumb | undefined): Breadcrumb | undefined {
  try {
    return crumb()
  } catch {
    return undefined
  }
}
