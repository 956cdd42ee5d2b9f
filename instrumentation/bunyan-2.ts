interface ModuleDefinition {
  readonly name: string
  readonly supportedVersions: string[]
}

// biome-ignore lint/suspicious/noExplicitAny: TypeScript asks it of a class that is extended
type Class = new (...options: any[]) => object

const BUNYAN_2 = '>=2 <3'

/**
 * OpenTelemetry's `BunyanInstrumentation`, which passes bunyan 2 over, as one that takes it like bunyan 1.
 *
 * @example
 * new NodeSDK({ instrumentations: [new (withBunyan2(BunyanInstrumentation))()] })
 */
export function withBunyan2<BunyanInstrumentation extends Class>(
  instrumentation: BunyanInstrumentation,
): BunyanInstrumentation {
  return class extends instrumentation {
    /** For OpenTelemetry. */
    init(): ModuleDefinition[] {
      // Protected there, and so nothing that a type from outside could name.
      const definitions: ModuleDefinition[] = Reflect.get(instrumentation.prototype, 'init').call(this)
      for (const { name, supportedVersions } of definitions) {
        if (name === 'bunyan') supportedVersions.push(BUNYAN_2)
      }
      return definitions
    }
  }
}
