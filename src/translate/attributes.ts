import * as read from './attribute-value.js'
import type { PlainBudget } from './plain.js'
import { wellFormed } from './property.js'

/**
 * The parts of a log that attributes go to. `url` and `parts` hold pieces that form a field only in combination, or
 * only in some logs.
 */
const SECTIONS = [
  'log',
  'deploy',
  'user',
  'request',
  'perf',
  'trace',
  'error',
  'device',
  'metadata',
  'url',
  'parts',
] as const

export type Section = (typeof SECTIONS)[number]

/** One bit per section. */
export const SECTION_BITS = Object.fromEntries(
  SECTIONS.map((section, index) => [section, 1 << index]),
) as Readonly<Record<Section, number>>

/** The destination of one attribute. */
export interface Rule {
  readonly section: Section
  /** The section's bit. */
  readonly bit: number
  readonly key: string
  /** Where two attributes set one field, the higher rank wins. The other one stays in `metadata`. */
  readonly rank: number
  /** The field's value, or `undefined` when the attribute's is none: then it stays in `metadata`. */
  readonly read: (value: unknown, budget?: PlainBudget) => unknown
  /** Says what request is being answered, or, on the span of a call to somewhere else, what that call was. */
  readonly http: boolean
}

/**
 * The attribute table. Each row names a field, the reader of its value, and the attributes that set it in order of
 * precedence: `lognitor.*`, then the current semantic convention, then its older names.
 */
const ROWS: readonly (readonly [Section, string, Rule['read'], ...string[]])[] = [
  ['log', 'level', read.level, 'lognitor.level'],
  ['log', 'message', read.text, 'lognitor.message'],
  ['log', 'timestamp', read.timestamp, 'lognitor.timestamp'],
  ['log', 'service', read.text, 'lognitor.service'],
  ['log', 'environment', read.text, 'lognitor.environment'],
  ['log', 'version', read.text, 'lognitor.version'],
  ['log', 'hostname', read.text, 'lognitor.hostname'],
  ['log', 'release_id', read.text, 'lognitor.release_id'],
  ['log', 'session_id', read.identifier, 'lognitor.session_id', 'session.id'],
  [
    'log',
    'request_id',
    read.identifier,
    'lognitor.request_id',
    'request_id',
    'request.id',
    'http.request.header.x-request-id',
  ],
  ['log', 'action', read.text, 'lognitor.action'],
  ['log', 'tags', read.texts, 'lognitor.tags'],
  ['log', 'fingerprint', read.text, 'lognitor.fingerprint'],
  ['log', 'breadcrumbs', read.breadcrumbs, 'lognitor.breadcrumbs'],
  ['log', 'notify', read.flag, 'lognitor.notify'],
  ['log', 'notify_channels', read.texts, 'lognitor.notify_channels'],
  ['log', 'source', read.text, 'lognitor.source'],
  ['deploy', 'commit', read.text, 'lognitor.deploy.commit'],
  ['deploy', 'branch', read.text, 'lognitor.deploy.branch'],
  ['user', 'id', read.identifier, 'lognitor.user.id', 'lognitor.user_id', 'user.id', 'enduser.id'],
  ['user', 'email', read.text, 'lognitor.user.email', 'user.email'],
  ['user', 'name', read.text, 'lognitor.user.name', 'user.name'],
  ['parts', 'fullName', read.text, 'user.full_name'],
  ['request', 'method', read.text, 'lognitor.request.method', 'http.request.method', 'http.method'],
  ['request', 'url', read.text, 'lognitor.request.url'],
  ['request', 'path', read.text, 'lognitor.request.path'],
  ['url', 'full', read.text, 'url.full', 'http.url'],
  ['url', 'path', read.text, 'url.path'],
  ['url', 'query', read.text, 'url.query'],
  ['url', 'target', read.text, 'http.target'],
  [
    'request',
    'status_code',
    read.statusCode,
    'lognitor.request.status_code',
    'http.response.status_code',
    'http.status_code',
  ],
  ['request', 'duration_ms', read.number, 'lognitor.request.duration_ms'],
  ['request', 'ip', read.text, 'lognitor.request.ip', 'client.address', 'http.client_ip', 'net.peer.ip'],
  [
    'request',
    'user_agent',
    read.text,
    'lognitor.request.user_agent',
    'user_agent.original',
    'http.user_agent',
  ],
  ['trace', 'trace_id', read.text, 'lognitor.trace.trace_id'],
  ['trace', 'span_id', read.text, 'lognitor.trace.span_id'],
  ['error', 'type', read.text, 'lognitor.error.type', 'exception.type'],
  ['error', 'message', read.text, 'lognitor.error.message', 'exception.message'],
  ['error', 'stack', read.text, 'lognitor.error.stack', 'exception.stacktrace'],
  ['error', 'filename', read.text, 'lognitor.error.filename'],
  ['error', 'line_number', read.integer, 'lognitor.error.line_number'],
  ['error', 'context_line', read.text, 'lognitor.error.context_line'],
  ['error', 'pre_context', read.lines, 'lognitor.error.pre_context'],
  ['error', 'post_context', read.lines, 'lognitor.error.post_context'],
  ['parts', 'err', read.structure, 'err'],
  ['parts', 'error', read.structure, 'error'],
  ['parts', 'eventName', read.text, 'event.name'],
  ['parts', 'sourceFile', read.text, 'code.file.path', 'code.filepath'],
  ['parts', 'sourceLine', read.integer, 'code.line.number', 'code.lineno'],
]

/** Fields whose keys are the user's own. Every attribute with this prefix goes there, under the rest of its name. */
const OPEN_ROWS: readonly (readonly [string, Section, Rule['read'], number])[] = [
  ['lognitor.user.', 'user', read.anything, 2],
  ['lognitor.perf.', 'perf', read.number, 2],
  ['lognitor.device.', 'device', read.anything, 2],
  ['lognitor.metadata.', 'metadata', read.anything, 2],
  ['device.', 'device', read.anything, 1],
]

const TABLE: ReadonlyMap<string, Rule> = new Map(
  ROWS.flatMap(([section, key, reader, ...names]) =>
    names.map((name, index): [string, Rule] => {
      const http = (section === 'request' || section === 'url') && !name.startsWith('lognitor.')
      return [
        name,
        { section, bit: SECTION_BITS[section], key, rank: names.length - index, read: reader, http },
      ]
    }),
  ),
)

/** The first letters of all names in the table. Most attributes are the application's own, and begin with another. */
const FIRST_LETTERS: readonly boolean[] = firstLetters([...TABLE.keys()])

function firstLetters(names: readonly string[]): boolean[] {
  const letters = new Array<boolean>(128).fill(false)
  for (const name of names) letters[name.charCodeAt(0)] = true
  return letters
}

const LETTER_D = 'd'.charCodeAt(0)
const LETTER_L = 'l'.charCodeAt(0)

/** The table row for an attribute. Undefined where no row takes it. */
export function ruleFor(name: string): Rule | undefined {
  const first = name.charCodeAt(0)
  const rule = FIRST_LETTERS[first] === true ? TABLE.get(name) : undefined
  if (rule !== undefined) return rule
  return first === LETTER_L || first === LETTER_D ? openRule(name) : undefined
}

function openRule(name: string): Rule | undefined {
  for (const [prefix, section, reader, rank] of OPEN_ROWS) {
    if (name.length > prefix.length && name.startsWith(prefix)) {
      return {
        section,
        bit: SECTION_BITS[section],
        key: name.slice(prefix.length),
        rank,
        read: reader,
        http: false,
      }
    }
  }
  return undefined
}

/** True for `lognitor` and its groups of fields, which may also come as one map: `lognitor.user`, `lognitor.perf`. */
export function isGroup(name: string): boolean {
  return name.charCodeAt(0) === LETTER_L && GROUPS.has(name)
}

const GROUPS: ReadonlySet<string> = new Set(
  ['', '.deploy', '.user', '.request', '.perf', '.trace', '.error', '.device', '.metadata'].map(
    (name) => `lognitor${name}`,
  ),
)

/** Names that an application writes again and again: to look one up is faster than to search the table for it. */
const ordinary = new Set<string>()
const MOST_ORDINARY = 1000
const LONGEST_ORDINARY = 128

/** True for a name that no row and no group takes, and that `metadata` can hold as it is. */
export function isOrdinary(name: string): boolean {
  if (ordinary.has(name)) return true
  if (name === '__proto__' || ruleFor(name) !== undefined || isGroup(name) || wellFormed(name) !== name)
    return false
  if (name.length > LONGEST_ORDINARY) return true
  if (ordinary.size >= MOST_ORDINARY) ordinary.clear()
  ordinary.add(name)
  return true
}

/** Every attribute name of the table, for the documentation and the tests. */
export const ATTRIBUTE_NAMES: readonly string[] = [...TABLE.keys()]
