import { parameter } from '../state/address.js'
import { TraceList } from './trace-list.js'
import { TraceView } from './trace-view.js'
import './traces.css'

export function TracesView() {
  const trace = parameter('trace')
  const request = parameter('request')
  return (
    <div class="view-inner">
      {trace !== '' || request !== '' ? <TraceView trace={trace} request={request} /> : <TraceList />}
    </div>
  )
}
