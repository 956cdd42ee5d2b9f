import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { LEVELS } from '../../../wire/level.js'
import type { FacetsAnswer } from '../../api/shapes.js'
import { useCall } from '../state/call.js'
import { addFilter, callParameters, clearFilters, filters, removeFilter } from '../state/filters.js'
import { Chip } from './chip.js'
import './filter-bar.css'
import { short } from './format.js'
import { readFilter } from './read-filter.js'
import { plain } from './text.js'

/**
 * The filters of a view: chips for the present filters, a field to add one, and choices for level and service.
 * @param children further choices of the view
 */
export function FilterBar({
  withLevels = false,
  children,
}: {
  withLevels?: boolean
  children?: ComponentChildren
}) {
  const set = filters()
  const { data: facets } = useCall<FacetsAnswer>(`facets?${callParameters()}`, 2000)
  return (
    <search class="filter-bar" aria-label="Filters">
      <FilterInput />
      <ServiceChoice services={facets?.services ?? []} />
      {withLevels && <LevelChoice counts={facets?.levels} />}
      {children}
      {set.length > 0 && (
        <div class="chips">
          {set.map((filter) => (
            <Chip key={`${filter.name} ${filter.value}`} filter={filter} />
          ))}
          {set.length > 1 && (
            <button type="button" class="button quiet" onClick={clearFilters}>
              Clear all
            </button>
          )}
        </div>
      )}
    </search>
  )
}

function FilterInput() {
  const [text, setText] = useState('')
  const submit = (event: Event) => {
    event.preventDefault()
    const filter = readFilter(text)
    if (filter !== undefined) addFilter(...filter)
    setText('')
  }
  return (
    <form class="filter-input" onSubmit={submit}>
      <input
        class="field"
        data-filter-input
        type="search"
        aria-label="Filter by text, or as name:value"
        placeholder="Filter: text, user:ada, meta.order:17"
        title="Names: level, service, environment, version, user, session, request, trace, tag, meta.key"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <kbd>/</kbd>
    </form>
  )
}

function ServiceChoice({ services }: { services: FacetsAnswer['services'] }) {
  const set = filters().find(({ name }) => name === 'service')
  const chosen = set?.isOn ? set.value : ''
  const values = new Set([...(chosen === '' ? [] : [chosen]), ...services.map(({ value }) => value)])
  return (
    <select
      class="field"
      aria-label="Service"
      value={chosen}
      onChange={({ currentTarget: { value } }) => {
        if (value !== '') addFilter('service', value)
        else if (set !== undefined) removeFilter(set)
      }}
    >
      <option value="">All services</option>
      {[...values].map((value) => (
        <option key={value} value={value}>
          {plain(value).slice(0, 60)}
        </option>
      ))}
    </select>
  )
}

function levelFilter() {
  const set = filters().find(({ name }) => name === 'level')
  return { set, chosen: new Set(set?.isOn ? set.value.split(',') : []) }
}

/** Reads the filter at the click: a second click may come before the first one is drawn. */
function toggle(level: string): void {
  const { set, chosen } = levelFilter()
  const next = LEVELS.filter((name) => (name === level) !== chosen.has(name))
  if (next.length > 0 && next.length < LEVELS.length) addFilter('level', next.join(','))
  else if (set !== undefined) removeFilter(set)
}

/** Each level as a switch; all switched off means the same as all on. */
function LevelChoice({ counts }: { counts: FacetsAnswer['levels'] | undefined }) {
  const { chosen } = levelFilter()
  return (
    <fieldset class="levels">
      <legend class="hidden">Levels</legend>
      {LEVELS.map((level) => (
        <button
          key={level}
          type="button"
          class={`level-switch ${level}`}
          aria-pressed={chosen.has(level)}
          onClick={() => toggle(level)}
        >
          <i aria-hidden="true" />
          {level} <span class="count">{counts === undefined ? '' : short(counts[level])}</span>
        </button>
      ))}
    </fieldset>
  )
}
