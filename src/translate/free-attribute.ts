import { LOG_ID_KEY } from '../wire/log.js'
import { identifier, text } from './attribute-value.js'
import { isGroup, ruleFor } from './attributes.js'

/** Names under which translation stores something of its own in `metadata`. */
const OWN_NAMES: ReadonlySet<string> = new Set([LOG_ID_KEY, 'body', 'event.name', 'severity_text'])
const OWN_PREFIXES = ['attributes.', 'error.', 'lognitor', 'otel.', 'span.']

/** Fields of a log that are made of one attribute alone, without a look at its text or at other fields. */
const SINGLE_FIELDS: ReadonlySet<string> = new Set(
  ['service', 'environment', 'version', 'hostname', 'release_id', 'session_id', 'request_id']
    .map((key) => `log.${key}`)
    .concat('user.id', 'user.email', 'user.name'),
)

/**
 * True for an attribute that goes to `metadata` whatever its value is, because no field is made of it and nothing else
 * is stored under its name.
 */
export function isFree(name: string): boolean {
  const isOwn = OWN_NAMES.has(name) || OWN_PREFIXES.some((prefix) => name.startsWith(prefix))
  return !isOwn && ruleFor(name) === undefined && !isGroup(name)
}

/**
 * The field that is made of this attribute, such as `user.id`, when every text that is not empty becomes the field's
 * value. Undefined for all other attributes.
 */
export function textFieldOf(name: string): string | undefined {
  const rule = ruleFor(name)
  if (rule === undefined || (rule.read !== text && rule.read !== identifier)) return undefined
  const field = `${rule.section}.${rule.key}`
  return SINGLE_FIELDS.has(field) ? field : undefined
}
