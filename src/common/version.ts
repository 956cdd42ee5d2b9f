import manifest from '../../package.json'

/** Of this package, as logs and requests carry it. */
export const SDK = { name: manifest.name, version: manifest.version } as const

export const USER_AGENT = `lognitor-opentelemetry/${manifest.version}`
