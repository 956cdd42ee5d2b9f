import { afterAll, expect } from 'vitest'

// One process runs many files, so what a file leaves behind would change what the next one observes.
const before = stateOfProcess()

afterAll(() => expect(stateOfProcess()).toEqual(before))

function stateOfProcess() {
  const ends = ['beforeExit', 'uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM'] as const
  return {
    directory: process.cwd(),
    environment: { ...process.env },
    listeners: Object.fromEntries(ends.map((name) => [name, process.listenerCount(name)])),
    // A package that is loaded for the first time may keep its registry under such a name.
    globals: Object.getOwnPropertyNames(globalThis).filter((name) => !name.startsWith('__')),
    // What an application sets of OpenTelemetry.
    api: Object.keys(Reflect.get(globalThis, Symbol.for('opentelemetry.js.api.1')) ?? {}),
  }
}
