import { signal } from '@preact/signals'

/** The views of the page, by their path. */
export const VIEWS = [
  'logs',
  'errors',
  'requests',
  'traces',
  'monitors',
  'releases',
  'feedback',
  'alerts',
  'health',
  'faults',
] as const

export type View = (typeof VIEWS)[number]

export interface Address {
  readonly view: View
  readonly parameters: URLSearchParams
}

/** The current address. Everything that is visible follows from it, so that each state has a link. */
export const address = signal(read())

addEventListener('popstate', () => {
  address.value = read()
})

/** The link to a view with parameters; by default to the present view. */
export function linkTo(view: View, parameters: URLSearchParams | Record<string, string> = {}): string {
  const query = new URLSearchParams(parameters).toString()
  return (view === 'logs' ? '/' : `/${view}`) + (query === '' ? '' : `?${query}`)
}

export function go(view: View, parameters: URLSearchParams | Record<string, string> = {}): void {
  follow(linkTo(view, parameters))
}

/** Follows a link within the page without a reload. */
export function follow(link: string): void {
  if (link === location.pathname + location.search) return
  history.pushState(null, '', link)
  address.value = read()
}

/**
 * Changes parameters of the present address; an empty value removes a parameter.
 * @param isStep whether the browser's back button returns to the address before
 */
export function setParameters(values: Readonly<Record<string, string>>, isStep = true): void {
  const { view, parameters } = address.peek()
  const next = new URLSearchParams(parameters)
  for (const [name, value] of Object.entries(values)) {
    if (value === '') next.delete(name)
    else next.set(name, value)
  }
  if (next.toString() === parameters.toString()) return
  if (isStep) follow(linkTo(view, next))
  else {
    history.replaceState(null, '', linkTo(view, next))
    address.value = read()
  }
}

/** A parameter of the present address; a component that reads it follows its changes. */
export function parameter(name: string): string {
  return address.value.parameters.get(name) ?? ''
}

function read(): Address {
  const path = location.pathname.slice(1)
  const view = VIEWS.find((name) => name === path) ?? 'logs'
  return { view, parameters: new URLSearchParams(location.search) }
}
