/**
 * The version of the shared values. Raise it with every change to the shape of a shared value, of a pipeline, a scope
 * or anything else that one copy of this package may get from another.
 */
const SHARED_VERSION = 1

const PREFIX = 'lognitor.opentelemetry.'
const KEY = Symbol.for(PREFIX + SHARED_VERSION)

type Values = Map<string, unknown>

/**
 * A value that exists once per process, however many copies of this package are loaded: by `import` and by `require`,
 * in a library's own `node_modules`, in a bundle, or after a reset of the module registry. The first copy creates the
 * value, the others find it on the global object.
 * @param name unique name of the value
 */
export function shared<T>(name: string, create: () => T): T {
  const holder = globalThis as { [KEY]?: Values }
  // Not enumerable, so that code that lists the global object's properties does not see it.
  if (holder[KEY] === undefined) Object.defineProperty(holder, KEY, { value: new Map(), configurable: true })
  const values = holder[KEY] as unknown as Values
  if (!values.has(name)) values.set(name, create())
  return values.get(name) as T
}

/** Whether a copy of this package is loaded whose shared values have another shape. */
export function hasOtherVersion(): boolean {
  return Object.getOwnPropertySymbols(globalThis).some(
    (symbol) => symbol !== KEY && symbol.description?.startsWith(PREFIX),
  )
}
