import { useState } from 'preact/hooks'
import { Glyph } from '../shared/glyph.js'
import { Link } from '../shell/link.js'
import { linkTo } from '../state/address.js'
import './faults.css'
import { inWords } from './presets.js'
import { faults, setFaults, useFaults } from './state.js'

/** Shows on every view that faults are set. */
export function FaultBanner() {
  const [problem, setProblem] = useState('')
  useFaults()
  const set = faults.value ?? {}
  const switchOff = async () => {
    try {
      await setFaults({})
      setProblem('')
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  if (Object.keys(set).length === 0) return null
  return (
    <div class="fault-banner" role="alert">
      <Glyph name="bolt" />
      <span>
        <b>Faults are set.</b> {inWords(set)} {problem !== '' && <b>{problem}</b>}
      </span>
      <Link to={linkTo('faults')}>Faults</Link>
      <button type="button" class="button" onClick={switchOff}>
        Switch off
      </button>
    </div>
  )
}
