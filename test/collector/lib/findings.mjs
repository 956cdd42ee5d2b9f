// What of a shop's telemetry has arrived: the cells of its row in the table of sources.
import { USER_AGENT, VISITS } from './shop.mjs'

const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal']
const DECLINED = 'card declined'
const RECORDED = 'card declined twice, fallback used'
const BOTH = 'refund failed'

/**
 * @param file name of the file in which the shop's errors arise
 * @param records whether the shop's own code records exceptions
 * @returns the cells; what no source may get wrong is thrown instead
 */
export function findingsOf(inbox, service, { file, records = true }) {
  const logs = inbox.logs().filter((log) => log.service === service)
  const entries = inbox.requests().filter((entry) => entry.service === service)
  checkLevels(logs)
  if (records) checkRecorded(logs)
  checkEntries(entries)
  return {
    logs: logsCell(logs),
    errors: errorsCell(logs, file),
    requests: requestsCell(entries),
    traces: linkedCell(logs, entries, isOfTrace),
    requestIds: linkedCell(logs, entries, isOfRequest),
  }
}

function checkLevels(logs) {
  for (const log of logs) {
    const [, named] = /^level (\w+)$/.exec(log.message) ?? []
    if (named !== undefined && named !== log.level) throw new Error(`${log.message} came as ${log.level}`)
    if (log.error !== undefined && log.metadata.severity_text === 'SEVERE')
      throw new Error('a usual severity stands in the metadata')
  }
}

/** What an application records itself is an error whatever the answer was, and one error is one group. */
function checkRecorded(logs) {
  if (errorsOf(logs, RECORDED).length !== 1)
    throw new Error(`${errorsOf(logs, RECORDED).length} logs of a recorded exception`)
  for (const message of [DECLINED, BOTH]) {
    const groups = new Set(errorsOf(logs, message).map(({ fingerprint }) => fingerprint))
    if (groups.size > 1) throw new Error(`"${message}" is ${groups.size} groups of errors`)
  }
  if (errorsOf(logs, BOTH).length === 0) throw new Error(`nothing says "${BOTH}"`)
}

function errorsOf(logs, message) {
  return logs.filter(({ level, error }) => level === 'error' && error?.message === message)
}

function checkEntries(entries) {
  const known = new Set()
  for (const entry of entries) {
    const { method, path, status_code, request_id } = entry
    const visit = VISITS.find((each) => each.method === method && each.path === path)
    if (visit === undefined) throw new Error(`nobody asked for ${method} ${path}`)
    if (status_code !== undefined && status_code !== visit.status)
      throw new Error(`${path} was answered ${visit.status}, and not ${status_code}`)
    if (known.has(request_id)) throw new Error(`${request_id} is there twice`)
    known.add(request_id)
    if (entry.host !== undefined && !/^127\.0\.0\.1:\d+$/.test(entry.host))
      throw new Error(`the host is ${entry.host}`)
    if ((entry.user_agent ?? USER_AGENT) !== USER_AGENT) throw new Error(`the client is ${entry.user_agent}`)
    if ((entry.ip ?? '127.0.0.1') !== '127.0.0.1') throw new Error(`the address is ${entry.ip}`)
  }
}

function logsCell(logs) {
  const levels = LEVELS.filter((level) => logs.some(({ message }) => message === `level ${level}`))
  if (levels.length > 0) {
    const { metadata, source } = logs.find(({ message }) => message === 'level info')
    const cells = [`${levels[0]} to ${levels.at(-1)}`]
    if (metadata.count === 3 && metadata.ratio === 0.5 && metadata.ok === true) cells.push('attributes')
    if (/:\d+$/.test(source ?? '')) cells.push('source')
    return cells.join(', ')
  }
  return logs.some(({ message }) => message.startsWith('GET /orders/7')) ? 'access log' : 'none'
}

function errorsCell(logs, file) {
  const [thrown] = errorsOf(logs, DECLINED)
  const [recorded] = errorsOf(logs, RECORDED)
  const error = thrown?.error ?? recorded?.error
  if (error === undefined) return 'none'
  const parts = ['message']
  if (/\bCard(Error|Exception)$/.test(error.type)) parts.push('type')
  if (error.stack?.includes(file)) parts.push('stack')
  if (error.stack?.includes('bank unreachable')) parts.push('cause')
  if (error.filename?.endsWith(file) && error.line_number > 0) parts.push('file and line')
  if (thrown !== undefined) return parts.join(', ')
  const wrapped = logs.find((log) => log.error?.stack?.includes(DECLINED) && log.level !== 'error')
  const note = wrapped === undefined ? 'not seen' : `a ${wrapped.level} log of the framework`
  return `${parts.join(', ')}; a thrown one: ${note}`
}

const FIELDS = ['route', 'host', 'scheme', 'ip', 'user_agent']

function requestsCell(entries) {
  const order = entries.find(({ path }) => path === '/orders/7')
  if (order === undefined) return 'none'
  const missing = FIELDS.filter((field) => order[field] === undefined)
  const notes = [missing.length === 0 ? 'all fields' : `all fields but ${missing.join(', ')}`]
  for (const { method, path } of VISITS) {
    const entry = entries.find((each) => each.path === path)
    if (entry === undefined) notes.push(`none of ${method} ${path}`)
    else if (entry.status_code === undefined) notes.push(`no status of ${method} ${path}`)
  }
  return notes.join('; ')
}

/** What of a request's logs and errors is found by this field of its request entry. */
function linkedCell(logs, entries, isLinked) {
  const linked = (log, path) => {
    const entry = entries.find((each) => each.path === path)
    return entry !== undefined && log !== undefined && isLinked(log, entry)
  }
  const order = logs.find(({ message }) => message === 'order read' || message.startsWith('GET /orders/7'))
  const kinds = []
  if (linked(order, '/orders/7')) kinds.push('logs')
  if (errorsOf(logs, BOTH).some((log) => linked(log, '/both'))) kinds.push('errors')
  return kinds.join(', ') || 'none'
}

function isOfTrace(log, { request_id }) {
  return request_id.startsWith(`${log.trace?.trace_id}-`)
}

function isOfRequest(log, { request_id }) {
  return log.request_id === request_id
}
