export const LOGS_SCRIPT = `import { clock, element, emptyRow, find, openingRow } from './dom.js'
import { callParameters, offerServices, setFilter } from './filters.js'

const COLUMNS = 6
const LIMIT = 200
const MAX_ROWS = 600
const body = document.querySelector('#logs tbody')
let cursor = ''
let shownFor = ''

/** Puts the logs that are new on top; after a change of the filters, all anew. */
export async function refreshLogs(fetchJson, anew) {
  const filters = callParameters({})
  const isAnew = anew || filters !== shownFor || cursor === ''
  const parameters = callParameters(isAnew ? { limit: LIMIT } : { limit: LIMIT, since: cursor })
  const answer = await fetchJson('logs?' + parameters)
  if (filters !== callParameters({})) return
  const replaces = isAnew || answer.logs.length === LIMIT
  cursor = answer.cursor
  shownFor = filters
  const rows = answer.logs.map(row)
  if (replaces) body.replaceChildren(...rows)
  else body.prepend(...rows)
  if (rows.length > 0) body.querySelector('.empty')?.remove()
  while (body.children.length > MAX_ROWS) body.lastElementChild.remove()
  if (body.children.length === 0) {
    body.append(emptyRow(COLUMNS, filters === '' ? 'No logs yet. Start a program with LOGNITOR_API_KEY=dev LOGNITOR_API_URL=' + location.origin + '/api/v1' : 'No log passes these filters.'))
  }
  const shown = body.querySelectorAll('tr.opens').length
  find('logs-note').textContent = shown === 0 ? '' : shown + ' shown'
  offerServices(answer.logs.map((log) => log.service))
}

function row(log) {
  const cells = [
    element('td', { class: 'time', title: log.timestamp }, clock(log.timestamp)),
    element('td', {}, element('span', { class: 'level ' + log.level }, log.level)),
    element('td', { class: 'service', title: log.service }, log.service || ''),
    element('td', { class: 'message', title: log.message.slice(0, 2000) }, log.message.slice(0, 500)),
    element('td', {}, idButton('trace', log.trace?.trace_id)),
    element('td', {}, idButton('request', log.request_id)),
  ]
  return openingRow(cells, COLUMNS, () => element('pre', {}, JSON.stringify(log, null, 2)), false, () => {})
}

/** An id, shortened; a click shows all that share it. */
function idButton(filter, id) {
  if (!id) return undefined
  return element(
    'button',
    { class: 'id', type: 'button', title: 'Show all of ' + filter + ' ' + id, onclick: () => setFilter(filter, id) },
    id.length > 10 ? id.slice(0, 8) + '…' : id,
  )
}
`
