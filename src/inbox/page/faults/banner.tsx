import type { Faults } from '../../service/faults.js'
import { Link } from '../shell/link.js'
import { linkTo } from '../state/address.js'
import { put, useCall } from '../state/call.js'
import { revision } from '../state/live.js'
import './faults.css'
import { inWords } from './presets.js'

/** Says on every view that the inbox misbehaves, for as long as it does. */
export function FaultBanner() {
  const { data } = useCall<Faults>('faults', 500)
  if (data === undefined || Object.keys(data).length === 0) return null
  const stop = async () => {
    await put<Faults>('faults', {})
    revision.value++
  }
  return (
    <div class="fault-banner" role="alert">
      <span aria-hidden="true">⚡</span>
      <span>
        <b>The inbox misbehaves.</b> {inWords(data)}
      </span>
      <Link to={linkTo('faults')}>Faults</Link>
      <button type="button" class="button" onClick={stop}>
        Switch off
      </button>
    </div>
  )
}
