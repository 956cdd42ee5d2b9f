import { isRequestFramework } from '../translate/instrumentation-scope.js'
import { type HrTime, type SpanEventLike, type SpanLike, STATUS_ERROR } from '../translate/otel.js'

/** The frameworks of other languages that answer requests, by the scopes of their instrumentations. */
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

/** Frameworks whose instrumentation leaves the status of its span unset. */
const WITHOUT_STATUS = '@opentelemetry/instrumentation-koa'
/** The request's span, on which the exception is recorded too, ends when the answer has been sent. */
const ENDS_LATER = '@fastify/otel'
const AT_ONCE_NANOS = 20e6

/**
 * True for an exception that a framework's instrumentation itself recorded: as it ends a span of its own, and because
 * of the exception. Application code may have recorded any other one on the same span. In doubt it has.
 */
export function isFrameworksOwn(span: SpanLike, { time, attributes }: SpanEventLike): boolean {
  const { name } = span.instrumentationScope
  if (!isRequestFramework(name) && !OTHER_LANGUAGES.some((pattern) => pattern.test(name))) return false
  if (name !== ENDS_LATER && nanosBetween(time, span.endTime) > AT_ONCE_NANOS) return false
  if (name === WITHOUT_STATUS) return true
  if (span.status.code !== STATUS_ERROR) return false
  const { message } = span.status
  const said = attributes?.['exception.message']
  // Some put the type before it, and some say nothing.
  return !message || typeof said !== 'string' || message.endsWith(said)
}

/** Infinite where a time is missing. */
function nanosBetween(from: HrTime, to: HrTime): number {
  if (from[0] === 0 || to[0] === 0) return Number.POSITIVE_INFINITY
  return Math.abs((to[0] - from[0]) * 1e9 + to[1] - from[1])
}
