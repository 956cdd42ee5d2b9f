import { splitList } from './option-kinds.js'

/** The resource attributes given by the environment. */
export interface ResourceEnvironment {
  readonly service?: string
  readonly environment?: string
  readonly version?: string
}

/** Reads the two variables from which every OpenTelemetry SDK builds its resource. */
export function readResourceEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): ResourceEnvironment {
  const attributes = new Map<string, string>()
  for (const pair of splitList(env.OTEL_RESOURCE_ATTRIBUTES ?? '')) {
    const equals = pair.indexOf('=')
    if (equals > 0) attributes.set(pair.slice(0, equals).trim(), decode(pair.slice(equals + 1).trim()))
  }
  const service = env.OTEL_SERVICE_NAME?.trim() || attributes.get('service.name')
  const environment =
    attributes.get('deployment.environment.name') ?? attributes.get('deployment.environment')
  const version = attributes.get('service.version')
  return { ...(service && { service }), ...(environment && { environment }), ...(version && { version }) }
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
