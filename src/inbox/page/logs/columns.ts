import { isMoreColumn, MAX_COLUMNS, MORE_COLUMNS, OF_METADATA } from '../../api/columns.js'
import type { LogRow } from '../../api/shapes.js'
import { parameter, setParameters } from '../state/address.js'
import type { FilterName } from '../state/filters.js'
import { remember, remembered } from '../state/remember.js'

/** Columns whose texts each row has. */
const OF_ROWS = ['service', 'user', 'session', 'tags', 'trace', 'request'] as const

/** The columns that can be chosen, beside those of metadata. Time, level and message are always visible. */
export const CHOICES: readonly string[] = [
  'service',
  'user',
  'session',
  'request',
  'trace',
  'tags',
  ...MORE_COLUMNS,
]

const USUAL = ['service', 'trace']
const NONE = '-'
const KEY = 'lognitor-columns'

/** Columns without a filter of their own are filtered by as text. */
const FILTERS: Readonly<Record<string, FilterName>> = {
  service: 'service',
  user: 'user',
  session: 'session',
  request: 'request',
  trace: 'trace',
  version: 'version',
  environment: 'environment',
}

/** The columns in the address. */
export function columns(): readonly string[] {
  const text = parameter('columns')
  if (text === NONE) return []
  const names = text.split(',').map(decoded).filter(isColumn)
  return names.length === 0 ? USUAL : [...new Set(names)].slice(0, MAX_COLUMNS)
}

export function isFull(): boolean {
  return columns().length >= MAX_COLUMNS
}

/** Shows a column, or hides a visible one. */
export function switchColumn(name: string): void {
  const shown = columns()
  const isShown = shown.includes(name)
  if (!isShown && (isFull() || !isColumn(name))) return
  const next = isShown ? shown.filter((each) => each !== name) : [...shown, name]
  write(CHOICES.filter((each) => next.includes(each)).concat(next.filter((each) => !CHOICES.includes(each))))
}

export function showUsualColumns(): void {
  write(USUAL)
}

/** Puts the choice that the user made before into an address without one. */
export function restoreColumns(): void {
  setParameters({ columns: remembered(KEY) ?? '' }, false)
}

/** The columns that a call has to ask for. */
export function askedColumns(): string[] {
  return columns().filter(isMoreColumn)
}

/** What a column is called: a key of metadata by itself. */
export function titleOf(name: string): string {
  if (name.startsWith(OF_METADATA)) return name.slice(OF_METADATA.length)
  return name[0]?.toUpperCase() + name.slice(1)
}

export function textOf(row: LogRow, name: string): string | undefined {
  if (name === 'tags') return row.tags?.join(', ')
  return isOfRows(name) ? row[name] : row.columns?.[name]
}

/** The filter for a column's text. */
export function filterOf(name: string, text: string): [name: FilterName, value: string] {
  if (name.startsWith(OF_METADATA)) return ['meta', `${name.slice(OF_METADATA.length)}:${text}`]
  return [FILTERS[name] ?? 'q', text]
}

function write(names: readonly string[]): void {
  const isUsual = names.join() === USUAL.join()
  const text = isUsual
    ? ''
    : names.length === 0
      ? NONE
      : names.map((name) => name.replaceAll(',', '%2C')).join()
  remember(KEY, text)
  setParameters({ columns: text }, false)
}

function isColumn(name: string): boolean {
  return isOfRows(name) || isMoreColumn(name)
}

function isOfRows(name: string): name is Exclude<(typeof OF_ROWS)[number], 'tags'> {
  return (OF_ROWS as readonly string[]).includes(name)
}

function decoded(name: string): string {
  return name.replaceAll('%2C', ',')
}
