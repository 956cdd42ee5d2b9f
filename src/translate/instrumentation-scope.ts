/** How instrumentations of frameworks and libraries name their scope, in the languages that have them. */
const INSTRUMENTATIONS: readonly RegExp[] = [
  /^@opentelemetry\/instrumentation-/,
  /^@fastify\/otel$/,
  // Python, Java, PHP; Go, Ruby, Erlang, .NET
  /^(io\.)?opentelemetry\./,
  /^go\.opentelemetry\.io\/contrib\//,
  /^OpenTelemetry(::|\.)Instrumentation/,
  /^opentelemetry_/,
  /^Microsoft\.AspNetCore/,
]

/** True for the scope of an instrumentation, as against one that the application itself has named. */
export function isInstrumentation(scopeName: string): boolean {
  return INSTRUMENTATIONS.some((pattern) => pattern.test(scopeName))
}
