import { createRequire } from 'node:module'
import { isError } from '../common/any-realm.js'
import { shared } from '../common/shared.js'
import { methodReplacer, methodWrapper } from '../common/wrap-method.js'
import type { LogRecordLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'
import type { Fields } from '../wire/log.js'
import { isFinalHandlers } from './final-handler-call.js'
import { loggerProvider } from './providers.js'

/** The parts of a logger's record that the SDK does not keep. */
interface Lost {
  /** The SDK keeps only its type, message and stack. */
  exception?: unknown
  /** Whether the final handler of Express or Connect wrote the record, which only the stack of its call shows. */
  isFinalHandlers?: boolean
  /** Attributes that the SDK refuses: errors, dates, big integers, class instances. */
  refused?: Fields
}

const losses = shared('records.lost', () => new WeakMap<object, Lost>())

/** The method that both lines of the SDK call while they create a record. */
const SET_EXCEPTION = '_setException'
const SET_ATTRIBUTES = 'setAttributes'

const wrapException = methodWrapper('records.exception', SET_EXCEPTION, (setException, record, args) => {
  lostOf(record).exception = args[0]
  return Reflect.apply(setException, record, args)
})

const wrapAttributes = methodReplacer(
  'records.attributes',
  SET_ATTRIBUTES,
  (original) =>
    function (this: unknown, input: unknown) {
      const result = original().call(this, input)
      noteRefused(this as object, input)
      noteFinalHandler(this as object)
      return result
    },
)

let hasLearned = false
/** The class of the last record, in the form of its prototype: most processes have one. */
let lastWatched: object | undefined
/** Searches for loaded SDKs that are left while none is found. */
let searchesLeft = 3

/**
 * Wraps the class of the records before the first record of the application exists: a provider of the registered
 * provider's class, with nothing behind it, creates one. Where no SDK is registered, the same is done for every SDK
 * that is loaded as CommonJS.
 */
export function learnRecordClass(): void {
  if (hasLearned) return
  const provider = loggerProvider()
  // The providers of the API have no state.
  if (readProperty(provider, '_sharedState') !== undefined) {
    hasLearned = true
    learnFrom((provider as { constructor: ProviderClass }).constructor)
  } else if (searchesLeft > 0) {
    const loaded = loadedProviders()
    searchesLeft = loaded.length > 0 ? 0 : searchesLeft - 1
    for (const Provider of loaded) learnFrom(Provider)
  }
}

/** The file of the SDK's package that holds its class, in both lines. */
const PROVIDER_FILE = /[\\/]@opentelemetry[\\/]sdk-logs[\\/][\s\S]{1,100}[\\/]LoggerProvider\.c?js$/

function loadedProviders(): ProviderClass[] {
  let cache: NodeJS.Dict<NodeJS.Module>
  try {
    // All modules that Node loads have one cache, so the file that is named here need not exist.
    ;({ cache } = createRequire(process.execPath))
  } catch {
    // A runner of tests may have a `require` of another kind.
    return []
  }
  const files = Object.keys(cache).filter((file) => PROVIDER_FILE.test(file))
  const classes = files.map((file) => readProperty(cache[file]?.exports, 'LoggerProvider'))
  return classes.filter((found) => typeof found === 'function') as ProviderClass[]
}

function learnFrom(Provider: ProviderClass): void {
  try {
    const nothing = async () => {}
    const processors = [{ onEmit: watchRecords, forceFlush: nothing, shutdown: nothing }]
    new Provider({ processors }).getLogger('lognitor').emit({})
  } catch {
    // A provider of another kind: the first record then shows its class.
  }
}

type ProviderClass = new (config: object) => { getLogger(name: string): { emit(record: object): void } }

/**
 * Wraps the class of this record, so that the input of its later records is known. Records of a provider that is neither
 * registered nor loaded as CommonJS show their class only now, and so the first one's own input is not known. Never throws.
 */
export function watchRecords(record: LogRecordLike): void {
  try {
    const prototype: unknown = Object.getPrototypeOf(record)
    if (prototype === lastWatched) return
    if (typeof prototype !== 'object' || prototype === null || !Object.hasOwn(prototype, SET_EXCEPTION))
      return
    wrapException(prototype)
    if (Object.hasOwn(prototype, SET_ATTRIBUTES)) wrapAttributes(prototype)
    lastWatched = prototype
    hasLearned = true
  } catch {
    // No record of an SDK: none at all, or a Proxy that throws.
  }
}

/** The error that a record was created with, where it is known. */
export function exceptionOf(record: LogRecordLike): Error | undefined {
  const exception = losses.get(record)?.exception
  return isError(exception) ? (exception as Error) : undefined
}

/** Whether the record was seen to be written by the final handler of Express or Connect. */
export function wasFinalHandlers(record: LogRecordLike): boolean {
  return losses.get(record)?.isFinalHandlers === true
}

/** The attributes that the SDK refused, where they are known. */
export function refusedOf(record: LogRecordLike): Fields | undefined {
  return losses.get(record)?.refused
}

function lostOf(record: object): Lost {
  const known = losses.get(record)
  if (known !== undefined) return known
  const lost: Lost = {}
  losses.set(record, lost)
  return lost
}

function noteFinalHandler(record: object): void {
  try {
    if (isFinalHandlers(record as LogRecordLike)) lostOf(record).isFinalHandlers = true
  } catch {
    // The stack cannot be read where the application has frozen `Error`.
  }
}

/** Runs inside the application's log call, with whatever a logger passes. */
function noteRefused(record: object, input: unknown): void {
  try {
    const { attributes } = record as { attributes: Fields }
    for (const key in input as Fields) {
      const value = (input as Fields)[key]
      const mayBeRefused = typeof value === 'bigint' || (typeof value === 'object' && value !== null)
      if (!mayBeRefused || key in attributes) continue
      const lost = lostOf(record)
      lost.refused = { ...lost.refused, [key]: value }
    }
  } catch {
    // A getter of the application threw: the record stays as the SDK made it.
  }
}
