import { MAX_LOG_BYTES } from '../wire/limits.js'
import type { Deploy, Fields, Log, RequestDetail, Trace, User } from '../wire/log.js'
import { structure } from './attribute-value.js'
import { isGroup, isOrdinary, type Rule, ruleFor, SECTION_BITS, type Section } from './attributes.js'
import type { AttributesLike } from './otel.js'
import { PlainBudget, toPlain } from './plain.js'
import { setField, wellFormed } from './property.js'

/** An attribute that the table assigned to a field. */
export interface Taken {
  readonly name: string
  readonly rule: Rule
  readonly value: unknown
}

/** The fields of a log itself that attributes set. All properties are present, so that all objects have one shape in V8. */
export class OwnFields {
  level: Log['level'] | undefined
  message: string | undefined
  timestamp: string | undefined
  service: string | undefined
  environment: string | undefined
  version: string | undefined
  hostname: string | undefined
  release_id: string | undefined
  session_id: string | undefined
  request_id: string | undefined
  action: string | undefined
  tags: Log['tags']
  fingerprint: string | undefined
  breadcrumbs: Log['breadcrumbs']
  notify: boolean | undefined
  notify_channels: Log['notify_channels']
  source: string | undefined
}

/** Fields by the part of the log they belong to. Each object is new, so that the caller may complete it. */
export class Sections {
  readonly log = new OwnFields()
  deploy: Deploy | undefined
  user: User | undefined
  request: RequestDetail | undefined
  perf: Log['perf']
  trace: Partial<Trace> | undefined
  error: Fields | undefined
  device: Fields | undefined
}

/** Most attributes of one record that are read; the SDK keeps 128. Further ones are counted as dropped. */
const MAX_ATTRIBUTES = 1000
/** No log can hold more: each takes two bytes in JSON. */
const MOST_VALUES = MAX_LOG_BYTES / 2

/**
 * A log while its attributes are being sorted into fields of the table and `metadata`. No attribute is lost: one whose
 * field is set by a better name, or whose value does not fit, goes to `metadata`.
 */
export class Draft {
  /** The number of attributes beyond the limit. */
  dropped = 0
  readonly #metadata: Fields = {}
  readonly #outgoing: boolean
  /** Of all attributes together: those of one application may hold the same large value a thousand times. */
  readonly #budget = new PlainBudget(MOST_VALUES)
  #taken: Taken[] | undefined
  /**
   * One bit per section that has a field. Most queries are for sections without any, and the bits answer these fast.
   */
  #present = 0

  /**
   * @param metadata what the resource sets; copied
   * @param outgoing true for the span of an outgoing call: its HTTP attributes do not describe the request being
   * answered, and stay in `metadata`
   */
  constructor(metadata: Fields | undefined, outgoing = false) {
    this.#outgoing = outgoing
    // Key by key, because adding a dozen properties to a spread copy takes V8 ten times as long.
    if (metadata !== undefined) for (const key in metadata) setField(this.#metadata, key, metadata[key])
  }

  takeAll(attributes: AttributesLike): void {
    // In a text every character would count as an attribute.
    if (typeof attributes !== 'object') return
    const names = Object.keys(attributes)
    const count = Math.min(names.length, MAX_ATTRIBUTES)
    this.dropped += names.length - count
    for (let index = 0; index < count; index++) {
      const name = names[index] as string
      const value = attributes[name]
      if (isOrdinary(name)) this.#keepOrdinary(name, value)
      else this.#take(name, value)
    }
  }

  /** Stores an attribute that the table does not assign in `metadata`. */
  keep(name: string, value: unknown): void {
    const plain = toPlain(value, this.#budget)
    if (plain !== undefined) setField(this.#metadata, wellFormed(name), plain)
  }

  /**
   * Stores a value of this package's own in `metadata`. An attribute of the same name is renamed to
   * `attributes.<name>`.
   */
  note(key: string, value: unknown): void {
    if (Object.hasOwn(this.#metadata, key)) {
      const present = this.#metadata[key]
      if (present !== value) this.note(`attributes.${key}`, present)
    }
    setField(this.#metadata, key, value)
  }

  /** Stores the sum of dropped items; counts that are zero or not numbers are ignored. */
  noteCount(key: string, ...counts: unknown[]): void {
    let sum = 0
    for (const count of counts) if (typeof count === 'number' && count > 0 && count < Infinity) sum += count
    if (sum > 0) this.note(key, sum)
  }

  /** Takes a part out of the draft, so that a field can be made of it. */
  claim(section: Section, key: string): Taken | undefined {
    const index = this.#find(section, key)
    return index === -1 ? undefined : this.#taken?.splice(index, 1)[0]
  }

  /** The text value that attributes set for a field so far. Undefined where it is not a text. */
  peekText(section: Section, key: string): string | undefined {
    const index = this.#find(section, key)
    const value = index === -1 ? undefined : this.#taken?.[index]?.value
    return typeof value === 'string' ? value : undefined
  }

  /** Returns a claimed part: it goes to `metadata` under its own name. */
  release(part: Taken | undefined): void {
    if (part !== undefined) this.#return(part.name, part.value)
  }

  /** True when an attribute set a field. */
  get hasTaken(): boolean {
    return this.#present !== 0
  }

  /** True when an attribute set a field of one of these sections. @param bits of {@link SECTION_BITS} */
  hasIn(bits: number): boolean {
    return (this.#present & bits) !== 0
  }

  /** The fields of each section that attributes set. Parts are not included; they are taken by `claim`. */
  sections(): Sections {
    const sections: Sections = new Sections()
    if (this.#taken === undefined) return sections
    for (const { rule, value } of this.#taken) {
      if (rule.section === 'metadata') this.note(rule.key, value)
      else if (rule.section !== 'parts' && rule.section !== 'url') {
        const section = rule.section as 'device'
        sections[section] ??= {}
        setField(sections[section], rule.key, value)
      }
    }
    return sections
  }

  /** `undefined` when it is empty. */
  get metadata(): Fields | undefined {
    for (const _ in this.#metadata) return this.#metadata
    return undefined
  }

  #keepOrdinary(name: string, value: unknown): void {
    const plain = typeof value === 'string' ? wellFormed(value) : toPlain(value, this.#budget)
    if (plain !== undefined) this.#metadata[name] = plain
  }

  #take(name: string, value: unknown): void {
    const rule = ruleFor(name)
    if (rule === undefined) {
      if (isGroup(name)) this.#takeGroup(name, value)
      else this.keep(name, value)
    } else if (!this.#takeField(name, rule, value)) {
      this.#return(name, value)
    }
  }

  #takeField(name: string, rule: Rule, value: unknown): boolean {
    const read = rule.http && this.#outgoing ? undefined : rule.read(value, this.#budget)
    if (read !== undefined) this.#offer({ name, rule, value: read })
    return read !== undefined
  }

  /**
   * Takes a group of fields given as one map: `lognitor.user = { id, email }` is `lognitor.user.id` and
   * `lognitor.user.email`.
   */
  #takeGroup(name: string, value: unknown): void {
    const fields = structure(value) === undefined ? undefined : toPlain(value, this.#budget)
    if (typeof fields !== 'object') {
      this.#return(name, value)
      return
    }
    const rest: Fields = {}
    for (const [key, field] of Object.entries(fields as Fields)) {
      const full = `${name}.${key}`
      const rule = ruleFor(full)
      if (isGroup(full)) this.#takeGroup(full, field)
      else if (rule === undefined || !this.#takeField(full, rule, field)) setField(rest, key, field)
    }
    if (Object.keys(rest).length > 0) this.#return(name, rest)
  }

  /** Like `keep`, for a name that may occur twice: alone and in a group. */
  #return(name: string, value: unknown): void {
    const plain = toPlain(value, this.#budget)
    if (plain !== undefined) this.note(wellFormed(name), plain)
  }

  #offer(offered: Taken): void {
    this.#taken ??= []
    this.#present |= offered.rule.bit
    const index = this.#find(offered.rule.section, offered.rule.key)
    const present = index === -1 ? undefined : this.#taken[index]
    if (present === undefined) {
      this.#taken.push(offered)
      return
    }
    const wins = offered.rule.rank > present.rule.rank
    if (wins) this.#taken[index] = offered
    if (present.value !== offered.value) this.release(wins ? present : offered)
  }

  #find(section: Section, key: string): number {
    const taken = this.#taken
    if (taken === undefined || (this.#present & SECTION_BITS[section]) === 0) return -1
    for (let index = 0; index < taken.length; index++) {
      const rule = taken[index]?.rule
      if (rule?.key === key && rule.section === section) return index
    }
    return -1
  }
}
