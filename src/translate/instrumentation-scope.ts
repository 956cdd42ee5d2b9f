/** Instrumentation scopes of the Node.js frameworks that answer requests. */
const REQUEST_FRAMEWORK =
  /^(?:@opentelemetry\/instrumentation-(?:http|connect|express|fastify|hapi|hono|koa|nestjs-core|restify|router)|@(?:fastify|hono)\/otel|opentelemetry-instrumentation-remix|next\.js)$/

/**
 * True for the scope of a framework that turns what a handler throws into an answer. A GraphQL resolver or a database
 * does not: its failure is an error whatever the answer of the request is.
 */
export function isRequestFramework(scopeName: string): boolean {
  return REQUEST_FRAMEWORK.test(scopeName)
}
