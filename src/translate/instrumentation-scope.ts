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

/** The frameworks in Node.js that answer requests, by the scopes of their instrumentations. */
const REQUEST_FRAMEWORK =
  /^(?:@opentelemetry\/instrumentation-(?:http|connect|express|fastify|hapi|hono|koa|nestjs-core|restify|router)|@(?:fastify|hono)\/otel|opentelemetry-instrumentation-remix|next\.js)$/

/**
 * True for the scope of a framework that turns what a handler throws into an answer. A GraphQL resolver or a database
 * does not: its failure is one whatever the request was answered.
 */
export function isRequestFramework(scopeName: string): boolean {
  return REQUEST_FRAMEWORK.test(scopeName)
}
