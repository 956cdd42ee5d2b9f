import { isRequestFramework } from '../translate/instrumentation-scope.js'
import { type HrTime, type SpanEventLike, type SpanLike, STATUS_ERROR } from '../translate/otel.js'

/** Web frameworks of other languages, by the names of their instrumentation scopes. */
const OTHER_LANGUAGES: readonly RegExp[] = [
  // Python
  /^opentelemetry\.instrumentation\.(aiohttp_server|asgi|django|falcon|fastapi|flask|pyramid|starlette|tornado|wsgi)$/,
  // Java
  /^io\.opentelemetry\.(akka-http|armeria|dropwizard|finatra|grails|helidon|jaxrs|jersey|jetty|ktor|liberty|micronaut|netty|pekko-http|play|quarkus|ratpack|restlet|resteasy|servlet|spring-web|struts|tomcat|undertow|vertx)/,
  // PHP
  /^io\.opentelemetry\.contrib\.php\.(cakephp|codeigniter|laravel|psr15|slim|symfony|yii)/,
  // Ruby
  /^OpenTelemetry::Instrumentation::(ActionPack|Grape|Rack|Rails|Sinatra)$/,
  // Erlang and Elixir
  /^opentelemetry_(bandit|cowboy|elli|phoenix|plug)$/,
  // .NET
  /^(Microsoft\.AspNetCore|OpenTelemetry\.Instrumentation\.AspNet)/,
]

/** A framework whose instrumentation does not set the status of its span. */
const WITHOUT_STATUS = '@opentelemetry/instrumentation-koa'
/** This instrumentation also records the exception on the request's span, which ends after the answer has been sent. */
const ENDS_LATER = '@fastify/otel'
const AT_ONCE_NANOS = 20e6

/**
 * True for an exception that a framework's instrumentation recorded itself, on its own span and at its end. Any other
 * exception may come from application code. In doubt the application recorded it.
 */
export function isFrameworksOwn(span: SpanLike, { time, attributes }: SpanEventLike): boolean {
  const { name } = span.instrumentationScope
  if (!isRequestFramework(name) && !OTHER_LANGUAGES.some((pattern) => pattern.test(name))) return false
  if (name !== ENDS_LATER && nanosBetween(time, span.endTime) > AT_ONCE_NANOS) return false
  if (name === WITHOUT_STATUS) return true
  if (span.status.code !== STATUS_ERROR) return false
  const { message } = span.status
  const said = attributes?.['exception.message']
  // Some instrumentations put the type before the message, and some leave it out.
  return !message || typeof said !== 'string' || message.endsWith(said)
}

/** Nanoseconds between two times; infinite when one is missing. */
function nanosBetween(from: HrTime, to: HrTime): number {
  if (from[0] === 0 || to[0] === 0) return Number.POSITIVE_INFINITY
  return Math.abs((to[0] - from[0]) * 1e9 + to[1] - from[1])
}
