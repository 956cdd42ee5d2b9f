/**
 * The version of what is shared. Raise it with every change to the shape of a shared value, of a pipeline, a scope or
 * anything else that one copy of this package may get from another.
 */
const SHARED_VERSION = 1

const PREFIX = 'lognitor.opentelemetry.'
const KEY = Symbol.for(PREFIX + SHARED_VERSION)

type Values = Map<string, unknown>

/**
 * A value that exists once, however many copies of this package are loaded: one by `import` and one by `require`, one in a
 * library's own `node_modules`, one inside a bundle, one for each reset of the module registry. The first copy makes the
 * value, the others find it on the global object.
 * @param name one for each value
 */
export function shared<T>(name: string, create: () => T): T {
  const holder = globalThis as { [KEY]?: Values }
  // Not enumerable: nobody who lists the global object's properties should see it.
  if (holder[KEY] === undefined) Object.defineProperty(holder, KEY, { value: new Map(), configurable: true })
  const values = holder[KEY] as unknown as Values
  if (!values.has(name)) values.set(name, create())
  return values.get(name) as T
}

/** Whether there is a copy of this package whose shared values have another shape. */
export function hasOtherVersion(): boolean {
  return Object.getOwnPropertySymbols(globalThis).some(
    (symbol) => symbol !== KEY && symbol.description?.startsWith(PREFIX),
  )
}
