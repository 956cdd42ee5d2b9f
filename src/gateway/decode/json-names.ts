import type { JsonObject } from './json-fields.js'

/** Field names of earlier OTLP versions, and their names today. */
const FORMER: ReadonlyMap<string, string> = new Map([
  ['instrumentationLibraryLogs', 'scopeLogs'],
  ['instrumentationLibrarySpans', 'scopeSpans'],
  ['instrumentationLibrary', 'scope'],
  ['logs', 'logRecords'],
])

/** OTLP's JSON name of a field, which may also come as in the protobuf schema: `time_unix_nano`. */
export function fieldName(name: string): string {
  const camel = name.includes('_')
    ? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    : name
  return FORMER.get(camel) ?? camel
}

/** The object with OTLP's JSON names. An object that has these already is returned as it is. */
export function named(object: JsonObject): JsonObject {
  for (const name in object) {
    if (!name.includes('_')) continue
    return Object.fromEntries(Object.entries(object).map(([key, value]) => [fieldName(key), value]))
  }
  return object
}
