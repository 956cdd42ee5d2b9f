import type { ErrorGroup } from '../../data/error-groups.js'
import type { RegisteredRelease } from '../../data/releases.js'

/**
 * For each release, by id, the errors that were first seen after it and before the next release of the same services.
 * An error with a version belongs to the release of that version.
 * @param releases the latest first
 */
export function newSince(
  releases: readonly RegisteredRelease[],
  groups: readonly ErrorGroup[],
): Map<string, ErrorGroup[]> {
  const found = new Map<string, ErrorGroup[]>()
  for (const group of groups) {
    const candidates = releases.filter((release) => isOf(release, group))
    const release =
      candidates.find(({ version }) => version === group.introducedIn) ??
      candidates.find(({ registered_at }) => Date.parse(registered_at) <= Date.parse(group.firstSeen))
    if (release === undefined) continue
    found.set(release.release_id, [...(found.get(release.release_id) ?? []), group])
  }
  return found
}

function isOf({ services }: RegisteredRelease, group: ErrorGroup): boolean {
  return services === null || group.services.some((service) => services.includes(service))
}

/** Whether two releases have a service in common. */
export function shareService(a: RegisteredRelease, b: RegisteredRelease): boolean {
  return a.services === null || b.services === null || a.services.some((name) => b.services?.includes(name))
}
