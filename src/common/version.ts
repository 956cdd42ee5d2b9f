import manifest from '../../package.json'

/** Name and version of this package, as sent with logs and requests. */
export const SDK = { name: manifest.name, version: manifest.version } as const

export const USER_AGENT = `lognitor-opentelemetry/${manifest.version}`
