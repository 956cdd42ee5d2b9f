import { useState } from 'preact/hooks'

const UNITS = { s: 1000, min: 60_000, h: 3_600_000 } as const

type Unit = keyof typeof UNITS

/** A length of time as a number with its unit. */
export function WindowInput({
  windowMs,
  onChange,
}: {
  windowMs: number
  onChange: (windowMs: number) => void
}) {
  const [unit, setUnit] = useState(unitOf(windowMs))
  const count = windowMs / UNITS[unit]
  return (
    <span class="rule-limit">
      <input
        class="field"
        type="number"
        min={1000 / UNITS[unit]}
        max={86_400_000 / UNITS[unit]}
        step="any"
        required
        aria-label="Window"
        value={count}
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber * UNITS[unit])}
      />
      <select
        class="field"
        aria-label="Unit of the window"
        value={unit}
        onChange={({ currentTarget }) => {
          const next = currentTarget.value as Unit
          setUnit(next)
          onChange(count * UNITS[next])
        }}
      >
        {Object.keys(UNITS).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </span>
  )
}

/** The largest unit in which the length is a whole number. */
function unitOf(ms: number): Unit {
  if (ms % UNITS.h === 0) return 'h'
  return ms % UNITS.min === 0 ? 'min' : 's'
}
