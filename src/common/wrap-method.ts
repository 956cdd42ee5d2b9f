import { shared } from './shared.js'

type Method = (this: unknown, ...args: unknown[]) => unknown

/** Runs in place of a method: what that was, for whom it was called, and with what. */
export type Around = (original: Method, self: object, args: unknown[]) => unknown

/**
 * A function that puts `around` in the place of an object's method, once: of a prototype's for all objects of the
 * class, and for all copies of this package. A method that the object only inherits is looked up at each call, for
 * others may patch what is below it after us.
 * @param purpose tells the wrappers of one method apart
 */
export function methodWrapper(purpose: string, name: string, around: Around): (holder: object) => void {
  const wrapped = shared(`wrapped.${purpose}`, () => new WeakSet<object>())
  return (holder) => {
    if (wrapped.has(holder)) return
    wrapped.add(holder)
    const methods = holder as Record<string, Method>
    const own = Object.hasOwn(holder, name) ? methods[name] : undefined
    methods[name] = function (this: unknown, ...args) {
      const original = own ?? (Object.getPrototypeOf(holder)[name] as Method)
      return around(original, this as object, args)
    }
  }
}
