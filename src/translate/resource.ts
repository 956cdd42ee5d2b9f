import type { Deploy, Fields } from '../wire/log.js'
import type { AttributesLike } from './otel.js'
import { PLAIN_LIMITS, toPlain } from './plain.js'
import { readProperty, readText, setField, wellFormed } from './property.js'

/** The fields that an OpenTelemetry resource sets on every log of it. */
export interface ResourceFields {
  service?: string
  environment?: string
  version?: string
  hostname?: string
  deploy?: Deploy
  metadata?: Fields
}

type Field = 'service' | 'environment' | 'version' | 'hostname' | 'commit' | 'branch'

/** Current names before older ones: where two attributes set one field, the first in this list wins. */
const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['service.name', 'service'],
  ['service.version', 'version'],
  ['deployment.environment.name', 'environment'],
  ['deployment.environment', 'environment'],
  ['host.name', 'hostname'],
  ['vcs.ref.head.revision', 'commit'],
  ['vcs.ref.head.name', 'branch'],
])

/**
 * Translates a resource's attributes. They must be complete: see `asyncAttributesPending`. The result is the same for
 * all records of a resource, so callers should cache it per resource object.
 *
 * @param options.allAttributes puts every attribute that is not a field into `metadata`. Otherwise only the attributes
 * that say where the service runs are put there (namespace, instance, Kubernetes names, container, region).
 */
export function translateResource(
  attributes: AttributesLike,
  options: { allAttributes?: boolean } = {},
): ResourceFields {
  const taken = takeFields(attributes)
  const fields: ResourceFields = {}
  for (const field of ['service', 'environment', 'version', 'hostname'] as const) {
    const value = taken[field]
    if (value !== undefined) fields[field] = value
  }
  const deploy: Deploy = {}
  if (taken.commit !== undefined) deploy.commit = taken.commit
  if (taken.branch !== undefined) deploy.branch = taken.branch
  if (taken.commit !== undefined || taken.branch !== undefined) fields.deploy = deploy
  const metadata = resourceMetadata(attributes, taken, options.allAttributes === true)
  if (metadata !== undefined) fields.metadata = metadata
  return fields
}

function takeFields(attributes: AttributesLike): Partial<Record<Field, string>> {
  const taken: Partial<Record<Field, string>> = {}
  for (const [name, field] of FIELDS) {
    const value = readText(attributes, name)
    if (value !== undefined && !isUnknownService(field, value)) taken[field] ??= value
  }
  return taken
}

/** The SDK's default for a service without a name. */
function isUnknownService(field: Field, value: string): boolean {
  return field === 'service' && (value === 'unknown_service' || value.startsWith('unknown_service:'))
}

function resourceMetadata(
  attributes: AttributesLike,
  taken: Partial<Record<Field, string>>,
  all: boolean,
): Fields | undefined {
  let metadata: Fields | undefined
  for (const name of guardedNames(attributes)) {
    if (!all && !isPlace(name)) continue
    const value = toPlain(readProperty(attributes, name))
    const field = FIELDS.get(name)
    if (value === undefined || (field !== undefined && isSaid(field, value, taken))) continue
    metadata ??= {}
    setField(metadata, wellFormed(name), value)
  }
  return metadata
}

function isSaid(field: Field, value: unknown, taken: Partial<Record<Field, string>>): boolean {
  return taken[field] === value || (typeof value === 'string' && isUnknownService(field, value))
}

const PLACES: ReadonlySet<string> = new Set([
  'service.namespace',
  'service.instance.id',
  'container.id',
  'cloud.region',
])

function isPlace(name: string): boolean {
  return PLACES.has(name) || (name.startsWith('k8s.') && name.endsWith('.name'))
}

function guardedNames(attributes: AttributesLike): string[] {
  try {
    return Object.keys(attributes).slice(0, PLAIN_LIMITS.nodes)
  } catch {
    return []
  }
}
