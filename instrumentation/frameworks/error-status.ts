import { readProperty } from '../../src/translate/property.js'

/**
 * The HTTP status that an error asks for: `status` or `statusCode` (Express, Koa, Fastify), `output.statusCode` (Boom),
 * or `getStatus()` (NestJS).
 */
export function errorStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const found = [
    readProperty(error, 'status'),
    readProperty(error, 'statusCode'),
    readProperty(readProperty(error, 'output'), 'statusCode'),
    asked(error),
  ]
  return found.find((status): status is number => Number.isInteger(status))
}

function asked(error: object): unknown {
  const getStatus = readProperty(error, 'getStatus')
  if (typeof getStatus !== 'function') return undefined
  try {
    return getStatus.call(error)
  } catch {
    return undefined
  }
}
