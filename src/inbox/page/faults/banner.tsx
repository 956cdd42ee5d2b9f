import { Glyph } from '../shared/glyph.js'
import { Link } from '../shell/link.js'
import { linkTo } from '../state/address.js'
import './faults.css'
import { inWords } from './presets.js'
import { faults, setFaults, useFaults } from './state.js'

/** Shows on every view that faults are set. */
export function FaultBanner() {
  useFaults()
  const set = faults.value ?? {}
  if (Object.keys(set).length === 0) return null
  return (
    <div class="fault-banner" role="alert">
      <Glyph name="bolt" />
      <span>
        <b>Faults are set.</b> {inWords(set)}
      </span>
      <Link to={linkTo('faults')}>Faults</Link>
      <button type="button" class="button" onClick={() => setFaults({})}>
        Switch off
      </button>
    </div>
  )
}
