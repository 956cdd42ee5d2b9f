import type { ResourceLike } from '../translate/otel.js'
import { type ResourceFields, translateResource } from '../translate/resource.js'

/** Translates each resource once, for all items that share it. */
export function createResources(allAttributes: boolean): (resource: ResourceLike) => ResourceFields {
  const known = new WeakMap<ResourceLike, ResourceFields>()
  let last: ResourceLike | undefined
  let lastFields: ResourceFields = {}
  return (resource) => {
    if (resource === last) return lastFields
    last = resource
    lastFields = known.get(resource) ?? translateResource(resource.attributes, { allAttributes })
    known.set(resource, lastFields)
    return lastFields
  }
}
