import { vi } from 'vitest'

/** Resets the modules and what their copies share: the next import is, as far as it can tell, the first of its process. */
export function forgetCopies(): void {
  vi.resetModules()
  const symbols = Object.getOwnPropertySymbols(globalThis)
  for (const symbol of symbols) {
    if (symbol.description?.startsWith('lognitor.opentelemetry.')) Reflect.deleteProperty(globalThis, symbol)
  }
}
