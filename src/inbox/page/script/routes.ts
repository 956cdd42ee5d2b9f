export const ROUTES_SCRIPT = `import { count, element, emptyRow, find, milliseconds } from './dom.js'
import { callParameters, offerServices } from './filters.js'

const COLUMNS = 6
const MAX_ROWS = 200
const body = document.querySelector('#routes tbody')

export async function refreshRoutes(fetchJson) {
  const answer = await fetchJson('requests?' + callParameters({ limit: 50 }))
  const routes = answer.routes.slice(0, MAX_ROWS)
  body.replaceChildren(...routes.map(row))
  if (routes.length === 0) body.append(emptyRow(COLUMNS, 'No requests.'))
  const total = answer.routes.reduce((sum, route) => sum + route.count, 0)
  find('routes-note').textContent = total === 0 ? '' : count(total) + (total === 1 ? ' request' : ' requests')
  offerServices(answer.requests.map((request) => request.service))
}

function row(route) {
  const percent = route.errorRate * 100
  return element(
    'tr',
    {},
    element('td', { class: 'name', title: route.method + ' ' + route.route }, element('b', {}, route.method), ' ', route.route),
    element('td', { class: 'number' }, count(route.count)),
    element('td', { class: percent > 0 ? 'number bad' : 'number quiet' }, percent === 0 ? '0 %' : percent.toFixed(1) + ' %'),
    element('td', { class: 'number' }, milliseconds(route.p50)),
    element('td', { class: 'number' }, milliseconds(route.p95)),
    element('td', { class: 'number' }, milliseconds(route.p99)),
  )
}
`
