/** Fetches again when the stream says that something came: at most every half second, and one at a time. */
export const MAIN_SCRIPT = `import { count, element, find } from './dom.js'
import { refreshErrors } from './errors.js'
import { startFilters } from './filters.js'
import { refreshLogs } from './logs.js'
import { refreshRoutes } from './routes.js'

const EVERY_MS = 500
let isPaused = false
let isRefreshing = false
let isStale = false
let isAnew = false

async function fetchJson(call) {
  const response = await fetch('/inbox/api/' + call)
  if (!response.ok) throw new Error((await response.json()).message)
  return response.json()
}

async function refresh() {
  if (isRefreshing) {
    isStale = true
    return
  }
  isRefreshing = true
  isStale = false
  const anew = isAnew
  isAnew = false
  try {
    await Promise.all([refreshLogs(fetchJson, anew), refreshRoutes(fetchJson), refreshErrors(fetchJson), refreshTotals(), refreshAlerts()])
    showState('live')
  } catch (error) {
    showState('lost', error.message)
  }
  setTimeout(() => {
    isRefreshing = false
    if (isStale) refresh()
  }, EVERY_MS)
}

async function refreshTotals() {
  const stats = await fetchJson('stats')
  const shown = { logs: stats.logs, requests: stats.requests, 'error groups': stats.errorGroups, rejected: stats.rejected + stats.rejectedRequests }
  find('totals').replaceChildren(
    ...Object.entries(shown).map(([name, number]) => element('div', {}, element('dt', {}, name), element('dd', {}, count(number)))),
  )
}

async function refreshAlerts() {
  const { alerts } = await fetchJson('alerts?limit=50')
  const firing = alerts.filter((alert) => alert.status === 'firing').slice(0, 8)
  find('alerts').replaceChildren(
    ...firing.map((alert) => element('li', { title: 'since ' + alert.fired_at }, describe(alert))),
  )
}

function describe(alert) {
  const where = alert.service ? ' in ' + alert.service : ''
  const unit = alert.condition === 'error_rate' ? ' %' : ''
  return alert.alert_name + where + ': ' + alert.current_value + unit + ' in ' + alert.time_window
}

function showState(state, message) {
  const shown = find('state')
  const text = isPaused ? 'paused' : state === 'live' ? 'live' : message || 'connection lost'
  if (shown.textContent !== text) shown.textContent = text
  shown.className = isPaused ? '' : state
}

function listen() {
  const stream = new EventSource('/inbox/api/stream?events=changed,cleared')
  stream.addEventListener('open', () => {
    isAnew = true
    refresh()
  })
  stream.addEventListener('error', () => showState('lost'))
  stream.addEventListener('changed', () => {
    if (!isPaused) refresh()
  })
  stream.addEventListener('cleared', () => {
    isAnew = true
    refresh()
  })
}

find('pause').addEventListener('click', (event) => {
  isPaused = !isPaused
  event.target.setAttribute('aria-pressed', String(isPaused))
  event.target.textContent = isPaused ? 'Resume' : 'Pause'
  showState('live')
  if (!isPaused) refresh()
})
find('clear').addEventListener('click', () => fetch('/inbox/api/data', { method: 'DELETE' }))
startFilters(refresh)
listen()
`
