interface ModuleDefinition {
  readonly name: string
  readonly supportedVersions: string[]
}

// biome-ignore lint/suspicious/noExplicitAny: TypeScript asks it of a class that is extended
type Class = new (...options: any[]) => object

const BUNYAN_2 = '>=2 <3'

/**
 * OpenTelemetry's `BunyanInstrumentation` ignores bunyan 2. The class returned here instruments bunyan 2 like bunyan 1.
 *
 * @example
 * new NodeSDK({ instrumentations: [new (withBunyan2(BunyanInstrumentation))()] })
 */
export function withBunyan2<BunyanInstrumentation extends Class>(
  instrumentation: BunyanInstrumentation,
): BunyanInstrumentation {
  return class extends instrumentation {
    /** Called by OpenTelemetry. */
    init(): ModuleDefinition[] {
      // `init` is protected in the base class, so a type outside of it cannot name it.
      const definitions: ModuleDefinition[] = Reflect.get(instrumentation.prototype, 'init').call(this)
      for (const { name, supportedVersions } of definitions) {
        if (name === 'bunyan') supportedVersions.push(BUNYAN_2)
      }
      return definitions
    }
  }
}
