import { vi } from 'vitest'

/** Resets the modules and the state that their copies share, as if the next import were the first of its process. */
export function forgetCopies(): void {
  vi.resetModules()
  const symbols = Object.getOwnPropertySymbols(globalThis)
  for (const symbol of symbols) {
    if (symbol.description?.startsWith('lognitor.opentelemetry.')) Reflect.deleteProperty(globalThis, symbol)
  }
}
