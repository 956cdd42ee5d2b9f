import type { Release } from '../../wire/companion.js'

/** A release as it was registered, and its state. */
export interface RegisteredRelease extends Release {
  release_id: string
  /** ISO 8601, by the inbox's clock. */
  registered_at: string
  status: 'Deployed' | 'Rolled Back'
}

const MAX_RELEASES = 1000

/** The releases in order of registration. Registering an earlier release again is a rollback of the newer ones. */
export class Releases {
  #releases: RegisteredRelease[] = []
  #lastId = 0

  /** Ignores a version that is the current one already, as each process registers its release at start. */
  register(release: Release, now: number): RegisteredRelease {
    const rivals = this.#releases.filter((other) => shareServices(other, release))
    const current = rivals.at(-1)
    if (current?.version === release.version && current.commit_hash === release.commit_hash) return current
    const before = rivals.findLastIndex((other) => other.version === release.version)
    if (before >= 0) for (const newer of rivals.slice(before + 1)) newer.status = 'Rolled Back'
    const registered: RegisteredRelease = {
      ...release,
      release_id: `rel_${String(++this.#lastId).padStart(4, '0')}`,
      registered_at: new Date(now).toISOString(),
      status: 'Deployed',
    }
    this.#releases = [...this.#releases, registered].slice(-MAX_RELEASES)
    return registered
  }

  /** All releases, the latest first. */
  list(): RegisteredRelease[] {
    return this.#releases.map((release) => ({ ...release })).reverse()
  }

  clear(): void {
    this.#releases = []
  }
}

/** Whether two releases have a service in common. A release without a list of services applies to all. */
function shareServices(a: Release, b: Release): boolean {
  if (a.services === null || b.services === null) return true
  const services = new Set(a.services)
  return b.services.some((service) => services.has(service))
}
