/** The variable in which PM2 hands the settings of an application to a process of its cluster, as JSON. */
const SETTINGS = 'pm2_env'
const OURS = /^(?:LOGNITOR|OTEL)_/

/**
 * In PM2's cluster mode the `env` block of an application becomes environment variables only when PM2 loads the
 * application, after all preloads. This function sets those that this package and OpenTelemetry read, as PM2 will, and
 * no others. Variables that are set already stay.
 */
export function takePm2Environment(env: NodeJS.ProcessEnv): void {
  const settings = read(env[SETTINGS])
  for (const [name, value] of Object.entries(settings)) {
    if (OURS.test(name) && env[name] === undefined && typeof value === 'string') env[name] = value
  }
}

function read(json: string | undefined): object {
  if (json === undefined) return {}
  try {
    const settings: unknown = JSON.parse(json)
    return typeof settings === 'object' && settings !== null ? settings : {}
  } catch {
    return {}
  }
}
