import type { ComponentChildren } from 'preact'
import type { RequestRow } from '../../api/shapes.js'
import type { Field } from '../shared/fields.js'
import { FilterValue } from '../shared/filter-value.js'
import { clockMs, duration } from '../shared/format.js'
import { requestWord } from '../shared/request-word.js'
import { Text } from '../shared/text.js'
import { type FilterName, isFilterName } from '../state/filters.js'
import { Status } from './status.js'

/** Parts of a request that have a place elsewhere in the panel, or are said together with another part. */
const LEFT_OUT = ['seq', 'time', 'runtime_version']
/** In the order in which a reader looks for them; what is not named here follows. */
const FIRST = [
  'route',
  'path',
  'method',
  'status_code',
  'duration_ms',
  'timestamp',
  'service',
  'environment',
  'version',
  'request_id',
]

/** The parts of a request in words. A click on a part that can be filtered by shows the requests that share it. */
export function requestFields(request: RequestRow): Field[] {
  const names = [...new Set([...FIRST, ...Object.keys(request)])].filter((name) => !LEFT_OUT.includes(name))
  return names.map((name) => [requestWord(name), shownValue(request, name)])
}

function shownValue(request: RequestRow, name: string): ComponentChildren | undefined {
  const value = (request as unknown as Record<string, unknown>)[name]
  if (value === undefined) return undefined
  if (name === 'duration_ms') return duration(request.duration_ms)
  if (name === 'timestamp') return <time title={request.timestamp}>{clockMs(request.time)}</time>
  if (name === 'runtime') return <Text>{[value, request.runtime_version ?? ''].join(' ').trim()}</Text>
  const filter = FILTERS[name] ?? name
  if (!isFilterName(filter)) return <Text>{String(value)}</Text>
  return (
    <FilterValue name={filter} value={String(value)}>
      {name === 'status_code' ? <Status status={request.status_code} /> : <Text>{String(value)}</Text>}
    </FilterValue>
  )
}

/** Filters whose name differs from that of the part. */
const FILTERS: Readonly<Record<string, FilterName>> = { status_code: 'status', request_id: 'request' }
