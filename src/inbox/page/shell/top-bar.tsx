import { clock } from '../shared/format.js'
import { Glyph } from '../shared/glyph.js'
import { address, type View } from '../state/address.js'
import { pending } from '../state/call.js'
import { isHelpOpen } from '../state/keys.js'
import { connection } from '../state/live.js'
import { isZoomed, RANGES, showAllTime, showLast } from '../state/span.js'
import { nextTheme, theme } from '../state/theme.js'
import { More } from './more.js'
import { TITLES } from './nav.js'
import './top-bar.css'

export function TopBar() {
  return (
    <header class="top-bar">
      <h1>{TITLES[address.value.view]}</h1>
      <Connection />
      <span class="spring" />
      {OVER_TIME.includes(address.value.view) && <RangeChoice />}
      <button
        type="button"
        class="button quiet icon-only"
        onClick={nextTheme}
        aria-label={`Colours: ${theme.value}`}
        title={`Colours: ${theme.value}`}
      >
        <Glyph name={theme.value} />
      </button>
      <button
        type="button"
        class="button quiet icon-only"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        onClick={() => {
          isHelpOpen.value = true
        }}
      >
        <Glyph name="help" />
      </button>
      <More />
      <Waiting />
    </header>
  )
}

/** A line at the edge of the bar, visible when an answer takes long. */
function Waiting() {
  return pending.value > 0 ? <span class="waiting" aria-hidden="true" /> : null
}

/** The views that show a chosen time range. */
const OVER_TIME: readonly View[] = ['logs', 'errors', 'requests', 'traces']

const STATES = { connecting: 'Connecting', live: 'Live', lost: 'Connection lost, trying again' } as const

function Connection() {
  return (
    <span class={`connection ${connection.value}`} role="status">
      <i aria-hidden="true" />
      {STATES[connection.value]}
    </span>
  )
}

function RangeChoice() {
  const { parameters } = address.value
  const from = Number(parameters.get('from'))
  const to = Number(parameters.get('to'))
  return (
    <span class="range">
      {isZoomed() && (
        <button type="button" class="chip" title="Show all time again" onClick={showAllTime}>
          <span>
            {from > 0 ? clock(from) : '…'} – {to > 0 ? clock(to) : 'now'}
          </span>
          <span aria-hidden="true">&nbsp;× </span>
          <span class="hidden">Show all time again</span>
        </button>
      )}
      <select
        class="field"
        aria-label="Time"
        value={isZoomed() ? 'zoomed' : ''}
        onChange={({ currentTarget: { value } }) => {
          if (value === '') showAllTime()
          else showLast(RANGES[value as keyof typeof RANGES])
        }}
      >
        <option value="">All time</option>
        {isZoomed() && (
          <option value="zoomed" disabled>
            Chosen
          </option>
        )}
        {Object.keys(RANGES).map((name) => (
          <option key={name} value={name}>
            Last {name}
          </option>
        ))}
      </select>
    </span>
  )
}
