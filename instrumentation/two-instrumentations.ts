import { shared } from '../src/common/shared.js'
import { warnOnce } from '../src/config/errors.js'

const state = shared('two-instrumentations', () => ({ isExplained: false }))

/** Turns off the warning: a second HTTP instrumentation is expected, and another warning explains it. */
export function expectTwo(): void {
  state.isExplained = true
}

/** Warns once that two HTTP instrumentations undo each other's spans. Request entries are not affected. */
export function warnOfTwo(): void {
  if (state.isExplained) return
  warnOnce(
    'LOGNITOR_TWO_HTTP_INSTRUMENTATIONS',
    'Two HTTP instrumentations are active, and one undoes the spans of the other. Use LognitorHttpInstrumentation ' +
      'instead of HttpInstrumentation, or configure the existing one by withLognitor(config). Each request is still ' +
      'counted once.',
  )
}

interface Patched {
  readonly Server?: { readonly prototype?: { readonly emit?: { readonly __wrapped?: unknown } } }
}

/** Whether an instrumentation has already patched this copy of node:http or node:https. */
export function isPatched(http: unknown): boolean {
  return (http as Patched | undefined)?.Server?.prototype?.emit?.__wrapped === true
}
