export const ERRORS_SCRIPT = `import { clock, count, element, emptyRow, find, openingRow } from './dom.js'
import { callParameters, setFilter } from './filters.js'

const COLUMNS = 5
const SVG = 'http://www.w3.org/2000/svg'
const body = document.querySelector('#errors tbody')
const open = new Set()

export async function refreshErrors(fetchJson) {
  const { groups } = await fetchJson('errors?' + callParameters({ limit: 100 }))
  body.replaceChildren(...groups.map(row))
  if (groups.length === 0) body.append(emptyRow(COLUMNS, 'No errors.'))
  find('errors-note').textContent = groups.length === 0 ? '' : groups.length + (groups.length === 1 ? ' group' : ' groups')
}

function row(group) {
  const title = (group.type || 'Error') + ': ' + group.message
  const cells = [
    element('td', { class: 'name', title: title.slice(0, 2000) }, element('b', {}, group.type || 'Error'), element('span', {}, group.message.slice(0, 300))),
    element('td', { class: 'number' }, count(group.count)),
    element('td', { class: 'number' }, count(group.users)),
    element('td', { title: group.trend + ', the last hour by five minutes' }, sparkline(group.history)),
    element('td', { class: 'time', title: group.lastSeen }, clock(group.lastSeen)),
  ]
  const toggled = (isOpen) => isOpen ? open.add(group.fingerprint) : open.delete(group.fingerprint)
  return openingRow(cells, COLUMNS, () => detail(group), open.has(group.fingerprint), toggled)
}

function detail(group) {
  const facts = [
    'trend ' + group.trend,
    'first seen ' + group.firstSeen,
    group.introducedIn && 'introduced in ' + group.introducedIn,
    group.services.length > 0 && 'in ' + group.services.join(', '),
  ].filter(Boolean)
  const shown = element('div', {}, element('p', { class: 'quiet' }, facts.join(' · ')))
  if (group.lastTraceId) {
    shown.append(element('p', {}, 'Last trace ', element('button', { class: 'id', type: 'button', onclick: () => setFilter('trace', group.lastTraceId) }, group.lastTraceId)))
  }
  shown.append(element('pre', {}, group.stack || group.message))
  return shown
}

function sparkline(history) {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('class', 'history')
  svg.setAttribute('viewBox', '0 0 60 18')
  const most = Math.max(...history, 1)
  history.forEach((number, index) => {
    const height = number === 0 ? 1 : Math.max(2, (number / most) * 18)
    const bar = document.createElementNS(SVG, 'rect')
    for (const [name, value] of Object.entries({ x: index * 5, y: 18 - height, width: 4, height })) bar.setAttribute(name, value)
    if (number === 0) bar.setAttribute('opacity', '0.3')
    svg.append(bar)
  })
  return svg
}
`
