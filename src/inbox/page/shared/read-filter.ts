import { type FilterName, isFilterName } from '../state/filters.js'

/** Parses a typed filter: `user:ada`, `meta.order:17`, or a text to search for. */
export function readFilter(typed: string): [name: FilterName, value: string] | undefined {
  const text = typed.trim()
  if (text === '') return undefined
  const [, name = '', value = ''] = /^([\w.-]+):(\S.*)$/.exec(text) ?? []
  if (name.startsWith('meta.')) return ['meta', `${name.slice('meta.'.length)}:${value}`]
  return isFilterName(name) ? [name, value] : ['q', text]
}
