interface BunyanInstrumentationLike {
  readonly instrumentationName: string
  getModuleDefinitions(): { readonly name: string; readonly supportedVersions: string[] }[]
}

const INSTRUMENTATION = '@opentelemetry/instrumentation-bunyan'
const BUNYAN_2 = '>=2 <3'

/**
 * Lets OpenTelemetry's `BunyanInstrumentation`, which passes bunyan 2 over, take it as it takes bunyan 1. To be
 * called before bunyan is loaded; gives the very instrumentation back.
 *
 * @example
 * new NodeSDK({ instrumentations: [withBunyan2(new BunyanInstrumentation())] })
 */
export function withBunyan2<Instrumentation extends BunyanInstrumentationLike>(
  instrumentation: Instrumentation,
): Instrumentation {
  if (instrumentation.instrumentationName !== INSTRUMENTATION) return instrumentation
  for (const { name, supportedVersions } of instrumentation.getModuleDefinitions()) {
    if (name === 'bunyan' && !supportedVersions.includes(BUNYAN_2)) supportedVersions.push(BUNYAN_2)
  }
  return instrumentation
}
