import type { OtlpReader } from '../decode/otlp-reader.js'
import type { Group, ReadItem } from '../decode/proto-items.js'
import { readLogRecord } from '../decode/proto-logs.js'
import type { LogItem, OtlpLogRecord } from '../decode/shapes.js'
import { WrittenLogs } from '../decode/written-logs.js'
import type { RequestMemory } from '../request-memory.js'
import { groupKey } from './group-key.js'
import { JsonPages } from './json-pages.js'
import { learnTemplate, type RecordJson } from './learn-template.js'
import type { LogTemplate } from './log-template.js'

/** Records of a group that are decoded before one is learnt from: learning takes as long as several records. */
const FIRST_RECORDS = 8
/** How often it is tried with the next records, and then with one of so many: services come to write other shapes. */
const FIRST_ATTEMPTS = 8
const RECORDS_AN_ATTEMPT = 200
/** Shapes that are known of one group. */
const MOST_TEMPLATES = 4
/** Logs that are written without a look at the time. */
const MOST_LOGS = 40
/** The tag of a record in its group. */
const RECORD = 18
/** Groups whose templates are remembered for the next body. */
const MOST_GROUPS = 64

/** What is known of the records of one group, which share resource and scope. */
interface Known {
  readonly templates: LogTemplate[]
  /** How many records have been decoded. */
  decoded: number
}

/**
 * Reads log records. Most services write few shapes of records, so that one template writes hundreds of records in a
 * body. The templates of the groups that came last are remembered.
 */
export class LogTemplates {
  readonly #jsonOf: RecordJson
  readonly #groups = new Map<string, Known>()

  constructor(jsonOf: RecordJson) {
    this.#jsonOf = jsonOf
  }

  /** Gives the function that reads the records of one body. @param memory of the request */
  reader(memory?: RequestMemory): ReadItem<LogItem> {
    let current: Group | undefined
    let known: Known = { templates: [], decoded: 0 }
    const pages = new JsonPages(memory)
    return (reader, group) => {
      if (group !== current) {
        current = group
        known = this.#known(group)
      }
      return readByTemplates(reader, group, known.templates, pages) ?? this.#decode(reader, group, known)
    }
  }

  #decode(reader: OtlpReader, group: Group, known: Known): OtlpLogRecord {
    const start = reader.pos
    const record = readLogRecord(reader, group)
    known.decoded++
    if (!isLearntFrom(known.decoded)) return record
    const template = this.#learn(reader.at(start, reader.len), record, group)
    if (template === undefined) return record
    // The last one has not been used for the longest time.
    if (known.templates.length === MOST_TEMPLATES) known.templates.pop()
    known.templates.unshift(template)
    return record
  }

  #learn(reader: OtlpReader, record: OtlpLogRecord, group: Group): LogTemplate | undefined {
    try {
      return learnTemplate(reader, record, group, this.#jsonOf)
    } catch {
      // The record itself is served without a template.
      return undefined
    }
  }

  #known(group: Group): Known {
    const key = groupKey(group)
    const known = (key === undefined ? undefined : this.#groups.get(key)) ?? { templates: [], decoded: 0 }
    if (key === undefined) return known
    // The group that came last stands at the end.
    this.#groups.delete(key)
    this.#groups.set(key, known)
    if (this.#groups.size > MOST_GROUPS) this.#groups.delete(this.#groups.keys().next().value as string)
    return known
  }
}

/** @param number the number of the record among those that no template has written */
function isLearntFrom(number: number): boolean {
  if (number <= FIRST_RECORDS + FIRST_ATTEMPTS) return number > FIRST_RECORDS
  return number % RECORDS_AN_ATTEMPT === 0
}

/** Reads the record at the reader's position, and those behind it, as long as there are templates for them. */
function readByTemplates(
  reader: OtlpReader,
  group: Group,
  templates: LogTemplate[],
  pages: JsonPages,
): WrittenLogs | undefined {
  let logs: WrittenLogs | undefined
  do {
    const page = pages.page()
    const start = pages.end
    const from = reader.pos
    const template = templateFor(reader, templates, pages)
    if (template === undefined) {
      // The tag is read again.
      if (logs !== undefined) reader.pos = from - 1
      return logs
    }
    logs ??= new WrittenLogs(group, page, start)
    logs.levels.push(template.level)
    logs.weights.push(reader.pos - from)
    logs.idsAt.push(template.idAt)
    logs.ends.push(pages.out.end)
    logs.include(template.hrTime)
    logs.include(template.hrTimeObserved)
    pages.keep()
  } while (logs.count < MOST_LOGS && pages.hasRoom && isNextRecord(reader))
  return logs
}

function isNextRecord(reader: OtlpReader): boolean {
  if (reader.pos >= reader.len || reader.buf[reader.pos] !== RECORD) return false
  reader.pos++
  return true
}

/** The template that has read the record and written its log. */
function templateFor(
  reader: OtlpReader,
  templates: LogTemplate[],
  pages: JsonPages,
): LogTemplate | undefined {
  for (let index = 0; index < templates.length; index++) {
    const template = templates[index] as LogTemplate
    pages.begin()
    if (!template.read(reader, pages.out)) continue
    // The next record is likely to have the same shape.
    for (let at = index; at > 0; at--) templates[at] = templates[at - 1] as LogTemplate
    templates[0] = template
    return template
  }
  return undefined
}
