import { shared } from './shared.js'

type Method = (this: unknown, ...args: unknown[]) => unknown

/** Called instead of a method, with the original, its `this` and its arguments. */
export type Around = (original: Method, self: object, args: unknown[]) => unknown

/**
 * Returns a function that replaces an object's method by `around`, once: on a prototype for all objects of the class,
 * and for all copies of this package. An inherited method is looked up at each call, because others may patch the
 * prototype later.
 * @param purpose tells the wrappers of one method apart
 */
export function methodWrapper(purpose: string, name: string, around: Around): (holder: object) => void {
  return methodReplacer(
    purpose,
    name,
    (original) =>
      function (this: unknown, ...args) {
        return around(original(), this as object, args)
      },
  )
}

/**
 * Like {@link methodWrapper}, for a method that is called many times for each request: `replace` writes the function
 * itself, and so V8 need not build a list of its arguments.
 * @param replace receives a function that returns the method as it would be without the wrapper
 */
export function methodReplacer(
  purpose: string,
  name: string,
  replace: (original: () => Method) => Method,
): (holder: object) => void {
  const wrapped = shared(`wrapped.${purpose}`, () => new WeakSet<object>())
  return (holder) => {
    if (wrapped.has(holder)) return
    wrapped.add(holder)
    const methods = holder as Record<string, Method>
    const own = Object.hasOwn(holder, name) ? methods[name] : undefined
    methods[name] = replace(() => own ?? (Object.getPrototypeOf(holder)[name] as Method))
  }
}
