import { address, follow, linkTo } from './address.js'

/** The filters: the name in the address, and the name in the inbox's API. */
const NAMES = {
  q: 'q',
  level: 'level',
  service: 'service',
  environment: 'environment',
  version: 'version',
  user: 'user',
  session: 'session',
  request: 'request_id',
  trace: 'trace_id',
  fingerprint: 'fingerprint',
  route: 'route',
  method: 'method',
  status: 'status',
  tag: 'tag',
  meta: 'meta',
} as const

export type FilterName = keyof typeof NAMES

/** One filter. A filter that is switched off stays in the address. */
export interface Filter {
  readonly name: FilterName
  readonly value: string
  readonly isOn: boolean
}

const SEVERAL: ReadonlySet<FilterName> = new Set<FilterName>(['tag', 'meta'])
/** Prefix of the name of a filter that is switched off. */
const OFF = '~'

export function isFilterName(name: string): name is FilterName {
  return Object.hasOwn(NAMES, name)
}

/** The filters in the address, in its order. */
export function filters(): Filter[] {
  const found: Filter[] = []
  for (const [key, value] of address.value.parameters) {
    const name = key.startsWith(OFF) ? key.slice(OFF.length) : key
    if (value !== '' && isFilterName(name)) found.push({ name, value, isOn: !key.startsWith(OFF) })
  }
  return found
}

/** Adds a filter. It replaces one of the same name, except for tags and metadata, of which there may be several. */
export function addFilter(name: FilterName, value: string): void {
  const others = filters().filter((filter) =>
    SEVERAL.has(name) ? filter.name !== name || filter.value !== value : filter.name !== name,
  )
  write([...others, { name, value, isOn: true }])
}

export function removeFilter(removed: Filter): void {
  write(filters().filter((filter) => !isSame(filter, removed)))
}

export function switchFilter(switched: Filter): void {
  write(filters().map((filter) => (isSame(filter, switched) ? { ...filter, isOn: !filter.isOn } : filter)))
}

export function clearFilters(): void {
  write([])
}

/** The active filters and the time range, as parameters of a call. */
export function callParameters(more: Readonly<Record<string, string | number>> = {}): string {
  const parameters = new URLSearchParams()
  for (const { name, value, isOn } of filters()) {
    if (isOn) parameters.append(NAMES[name], value)
  }
  for (const name of ['from', 'to']) {
    const value = address.value.parameters.get(name)
    if (value !== null && /^\d+$/.test(value)) parameters.set(name, value)
  }
  for (const [name, value] of Object.entries(more)) parameters.set(name, String(value))
  return parameters.toString()
}

function isSame(a: Filter, b: Filter): boolean {
  return a.name === b.name && a.value === b.value && a.isOn === b.isOn
}

function write(wanted: readonly Filter[]): void {
  const { view, parameters } = address.peek()
  const next = new URLSearchParams()
  for (const [key, value] of parameters) if (!isFilterName(key.replace(OFF, ''))) next.append(key, value)
  for (const { name, value, isOn } of wanted) next.append((isOn ? '' : OFF) + name, value)
  follow(linkTo(view, next))
}
