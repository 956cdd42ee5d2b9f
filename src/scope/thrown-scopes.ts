import type { Scope } from './scope.js'

/** The scopes in which values were thrown: objects for as long as they live, others only the last one. */
export class ThrownScopes {
  readonly #objects = new WeakMap<object, Scope>()
  #last: { readonly value: unknown; readonly scope: Scope } | undefined

  /** The innermost place counts: the first that binds a value. */
  bind(value: unknown, scope: Scope): void {
    if (!isObject(value)) this.#last = { value, scope }
    else if (!this.#objects.has(value)) this.#objects.set(value, scope)
  }

  /** A value that is no object can be asked for once: an equal one may be thrown elsewhere later. */
  find(value: unknown): Scope | undefined {
    if (isObject(value)) return this.#objects.get(value)
    const last = this.#last
    this.#last = undefined
    return last !== undefined && Object.is(last.value, value) ? last.scope : undefined
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
