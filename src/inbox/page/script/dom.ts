/**
 * The page's only way to make elements. Texts become text nodes: nothing that came over the wire is ever
 * read as markup.
 */
export const DOM_SCRIPT = `export function element(tag, properties, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === undefined) continue
    if (name === 'onclick') made.addEventListener('click', value)
    else if (name === 'class') made.className = value
    else made.setAttribute(name, value)
  }
  made.append(...children.filter((child) => child !== undefined).map((child) => child instanceof Node ? child : String(child)))
  return made
}

export const find = (id) => document.getElementById(id)

export function emptyRow(columns, text) {
  return element('tr', { class: 'empty' }, element('td', { colspan: columns }, text))
}

/** A row that a click opens and closes; what it shows is made when it is first opened. */
export function openingRow(cells, columns, makeDetail, isOpen, onToggle) {
  let detail
  const row = element('tr', { class: 'opens', tabindex: 0, 'aria-expanded': 'false' }, ...cells)
  const toggle = (open) => {
    row.setAttribute('aria-expanded', String(open))
    if (open) {
      detail = element('tr', { class: 'detail' }, element('td', { colspan: columns }, makeDetail()))
      row.after(detail)
    } else if (detail) {
      detail.remove()
      detail = undefined
    }
  }
  const onAct = () => {
    toggle(!detail)
    onToggle(Boolean(detail))
  }
  row.addEventListener('click', (event) => {
    if (!event.target.closest('button')) onAct()
  })
  row.addEventListener('keydown', (event) => {
    if (event.target === row && event.key === 'Enter') onAct()
  })
  row.closeDetail = () => toggle(false)
  if (isOpen) queueMicrotask(() => row.isConnected && toggle(true))
  return row
}

export function clock(iso) {
  const time = new Date(iso)
  const digits = (number, length) => String(number).padStart(length, '0')
  return digits(time.getHours(), 2) + ':' + digits(time.getMinutes(), 2) + ':' + digits(time.getSeconds(), 2) +
    '.' + digits(time.getMilliseconds(), 3)
}

export const count = (number) => Number(number).toLocaleString('en')

export function milliseconds(number) {
  if (number >= 10000) return (number / 1000).toFixed(1) + ' s'
  return (number >= 100 ? number.toFixed(0) : number.toFixed(1)) + ' ms'
}
`
