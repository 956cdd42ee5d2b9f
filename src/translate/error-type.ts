import { readProperty, readText } from './property.js'

/** Names that the language defines. A subclass that sets no name of its own inherits one of these. */
const BUILTIN_NAMES: ReadonlySet<string> = new Set([
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AggregateError',
  'DOMException',
])

/** Classes that are less specific than the name their errors carry. */
const NAMELESS_CLASSES: ReadonlySet<string> = new Set([
  'Object',
  'NodeError',
  'SystemError',
  'HideStackFramesError',
])

/**
 * The type of a thrown value: its name where it has one of its own, else the name of its constructor, else `Error` (for
 * a thrown string, for example). Never an error's `code`.
 */
export function errorType(value: unknown): string {
  if (typeof value !== 'object' || value === null) return 'Error'
  const name = readText(value, 'name')
  if (name !== undefined && !BUILTIN_NAMES.has(name)) return name
  const constructorName = readText(readProperty(value, 'constructor'), 'name')
  if (constructorName === undefined || NAMELESS_CLASSES.has(constructorName)) return name ?? 'Error'
  return name === undefined || !BUILTIN_NAMES.has(constructorName) ? constructorName : name
}

/** True for a name that the language itself gives to errors. */
export function isBuiltinErrorName(name: string): boolean {
  return BUILTIN_NAMES.has(name)
}
