/** The filters above the tables, which live in the address bar so that a view can be kept and passed on. */
export const FILTERS_SCRIPT = `import { element, find } from './dom.js'

/** Names in the address bar, and as the calls know them. */
const NAMES = { level: 'level', service: 'service', trace: 'trace_id', request: 'request_id', q: 'q' }

const inputs = [...document.querySelectorAll('#filters [name]')]
let onChange = () => {}

export function startFilters(changed) {
  onChange = changed
  for (const input of inputs) {
    input.addEventListener(input.tagName === 'SELECT' ? 'change' : 'input', () => setFilter(input.name, input.value.trim()))
  }
  find('reset').addEventListener('click', () => {
    history.pushState(null, '', location.pathname)
    show()
  })
  addEventListener('popstate', show)
  show()
}

export function setFilter(name, value) {
  const parameters = new URLSearchParams(location.search)
  if (value === '') parameters.delete(name)
  else parameters.set(name, value)
  const search = parameters.toString()
  history.replaceState(null, '', location.pathname + (search === '' ? '' : '?' + search))
  show()
}

/** The filters as parameters of a call, with others added. */
export function callParameters(others) {
  const shown = new URLSearchParams(location.search)
  const parameters = new URLSearchParams(others)
  for (const [name, parameter] of Object.entries(NAMES)) {
    const value = shown.get(name)
    if (value) parameters.set(parameter, value)
  }
  return parameters.toString()
}

export function offerServices(names) {
  const list = find('services')
  const offered = new Set([...list.children].map((option) => option.value))
  for (const name of names) {
    if (!name || offered.has(name) || offered.size >= 100) continue
    offered.add(name)
    list.append(element('option', { value: name }))
  }
}

function show() {
  const parameters = new URLSearchParams(location.search)
  for (const input of inputs) {
    const value = parameters.get(input.name) || ''
    if (input.value.trim() !== value) input.value = value
    input.parentElement.classList.toggle('set', value !== '')
  }
  onChange()
}
`
