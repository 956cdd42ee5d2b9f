import { useState } from 'preact/hooks'
import { LEVELS } from '../../../wire/level.js'
import type { Faults } from '../../service/faults.js'
import { percent } from '../shared/format.js'
import './faults.css'
import { isSame, PRESETS } from './presets.js'
import { faults as current, setFaults } from './state.js'

/** The fault presets, each switched on and off with one click. */
export function FaultsView() {
  const [problem, setProblem] = useState('')
  const now = current.value ?? {}
  const set = async (faults: Faults) => {
    try {
      await setFaults(faults)
      setProblem('')
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <div class="view-inner">
      <p class="quiet-text">
        For a client to show what it does when Lognitor is not well. They hold for calls below{' '}
        <code>/api/v1</code>, one at a time, until they are switched off.
      </p>
      <ul class="presets">
        {PRESETS.map(({ name, what, faults }) => {
          const isOn = isSame(faults, now)
          return (
            <li key={name}>
              <button
                type="button"
                class="preset"
                aria-pressed={isOn}
                onClick={() => set(isOn ? {} : faults)}
              >
                <span class="preset-name">{name}</span>
                <span class="preset-state">{isOn ? 'on' : 'off'}</span>
                <span class="preset-what">{what}</span>
              </button>
            </li>
          )
        })}
      </ul>
      <SampleRates rates={now.sampleRates ?? {}} onSet={(sampleRates) => set({ ...now, sampleRates })} />
      {problem !== '' && <p class="bad">{problem}</p>}
    </div>
  )
}

type Rates = NonNullable<Faults['sampleRates']>

function SampleRates({ rates, onSet }: { rates: Rates; onSet: (rates: Rates) => void }) {
  return (
    <fieldset class="panel rates">
      <legend>Shares of the levels that clients are told to send</legend>
      {LEVELS.map((level) => (
        <label key={level} class="rate">
          <span>{level}</span>
          <input
            type="range"
            min="0"
            max="1"
            step="0.05"
            value={rates[level] ?? 1}
            onChange={({ currentTarget }) => onSet({ ...rates, [level]: currentTarget.valueAsNumber })}
          />
          <span class="number">{percent(rates[level] ?? 1)}</span>
        </label>
      ))}
    </fieldset>
  )
}
