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

/** Where the reader is. All that can be seen follows from the address, so that each state has a link. */
export const address = signal(read())

addEventListener('popstate', () => {
  address.value = read()
})

/** The link to a view with parameters. Without a view, to the present one. */
export function linkTo(view: View, parameters: URLSearchParams | Record<string, string> = {}): string {
  const query = new URLSearchParams(parameters).toString()
  return (view === 'logs' ? '/' : `/${view}`) + (query === '' ? '' : `?${query}`)
}

export function go(view: View, parameters: URLSearchParams | Record<string, string> = {}): void {
  follow(linkTo(view, parameters))
}

/** Goes to a link of this page, as the browser would, but without loading anew. */
export function follow(link: string): void {
  if (link === location.pathname + location.search) return
  history.pushState(null, '', link)
  address.value = read()
}

/**
 * Changes parameters of the present address; an empty value takes one away.
 * @param isStep whether the browser's back button comes back to before
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

/** A parameter of the present address; reading one in a component makes it follow the address. */
export function parameter(name: string): string {
  return address.value.parameters.get(name) ?? ''
}

function read(): Address {
  const path = location.pathname.slice(1)
  const view = VIEWS.find((name) => name === path) ?? 'logs'
  return { view, parameters: new URLSearchParams(location.search) }
}
