import { useState } from 'preact/hooks'
import { LEVELS } from '../../../wire/level.js'
import type { Faults } from '../../service/faults.js'
import { CallsChart } from '../shared/calls-chart.js'
import { percent } from '../shared/format.js'
import '../shared/switch.css'
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
        A fault shows what a client does when Lognitor is not well. It holds for calls below{' '}
        <code>/api/v1</code> until it is switched off; one holds at a time.
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
                <span class="switch" aria-hidden="true" />
                <span class="preset-what">{what}</span>
              </button>
            </li>
          )
        })}
      </ul>
      <CallsChart />
      <SampleRates rates={now.sampleRates ?? {}} onSet={(sampleRates) => set({ ...now, sampleRates })} />
      {problem !== '' && <p class="bad">{problem}</p>}
    </div>
  )
}

type Rates = NonNullable<Faults['sampleRates']>

function SampleRates({ rates, onSet }: { rates: Rates; onSet: (rates: Rates) => void }) {
  return (
    <section class="panel" aria-label="Sample rates">
      <header>
        <h2>Sample rates</h2>
        <span class="quiet-text">the share of each level that clients are told to send</span>
      </header>
      <fieldset class="rates">
        <legend class="hidden">Shares of the levels that clients are told to send</legend>
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
    </section>
  )
}
