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
    // What an application sets of OpenTelemetry. The API itself adds its version.
    api: Object.keys(Reflect.get(globalThis, Symbol.for('opentelemetry.js.api.1')) ?? {}).filter(
      (name) => name !== 'version',
    ),
    ours: stateOfPackage(),
  }
}

/** What this package keeps for the whole process (src/common/shared.ts) and would act on in the next file. */
function stateOfPackage() {
  // biome-ignore lint/suspicious/noExplicitAny: the shapes of the values are those of their files
  const values: Map<string, any> | undefined = Reflect.get(globalThis, Symbol.for('lognitor.opentelemetry.1'))
  const scope = values?.get('scopes')?.root
  return {
    recorders: values?.get('request-recorders')?.size ?? 0,
    listeners: values?.get('exceptions')?.listeners.size ?? 0,
    lateRequests: values?.get('scopes')?.late.size ?? 0,
    hasDefaultClient: values?.get('default-client')?.current !== undefined,
    earlyCalls: values?.get('default-client')?.earlyCalls.length ?? 0,
    isSelfLogging: values?.get('self-logging')?.isSelfLogging ?? false,
    areTwoInstrumentationsExplained: values?.get('two-instrumentations')?.isExplained ?? false,
    user: scope?.user,
    tags: scope?.tags,
    context: scope?.context,
  }
}
