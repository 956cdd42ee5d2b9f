import { now } from '../state/now.js'
import { ago, clockMs } from './format.js'

/** How long ago something was, with the exact time in its title. */
export function Ago({ time }: { time: string | number }) {
  const at = typeof time === 'string' ? Date.parse(time) : time
  return <time title={clockMs(at)}>{ago(at, now.value)}</time>
}
