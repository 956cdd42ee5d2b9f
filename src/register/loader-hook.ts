import module from 'node:module'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread, parentPort } from 'node:worker_threads'
import { shared } from '../common/shared.js'
import type { InstrumentationLike } from './http.js'
import { NEEDS } from './missing.js'
import type { Packages } from './packages.js'

const ASYNC_HOOK = '@opentelemetry/instrumentation/hook.mjs'
const IN_THE_MIDDLE = 'import-in-the-middle'
const SYNC_HOOK = 'import-in-the-middle/register-hooks.mjs'

const state = shared('loader-hook', () => ({ isSet: false }))

/** Node's own thread for loader hooks, into which Node also preloads --require, and where no application code runs. */
export const isHooksThread = !isMainThread && parentPort === null

/** The exports of import-in-the-middle that are used here. */
interface SyncHook {
  supportsSyncHooks(): boolean
  register(options?: object): void
}

interface InTheMiddle {
  /** Also has modules included that are instrumented later. */
  createAddHookMessageChannel?(): { readonly registerOptions: HookOptions }
}

interface HookOptions {
  readonly data: object
  // biome-ignore lint/suspicious/noExplicitAny: Node's own type of what can be transferred is not exported
  readonly transferList: any[]
}

/**
 * Registers the loader hook through which OpenTelemetry's instrumentations patch ES modules. Where Node and
 * OpenTelemetry support it, the hook runs in the application's own thread, because `module.register` is deprecated;
 * else in a thread of its own. Later calls in the process do nothing.
 *
 * @param packages packages as the instrumentations see them
 * @param instrumentations the hook wraps the modules that these instrument, and no others; undefined for all modules
 * @returns whether the hook is registered
 */
export function hookLoader(packages: Packages, instrumentations?: readonly InstrumentationLike[]): boolean {
  if (state.isSet) return true
  const hook = packages.resolve(ASYNC_HOOK)
  if (hook === undefined) return false
  const own = packages.within(ASYNC_HOOK)
  const options = instrumentations && onlyInstrumented(instrumentations, own)
  state.isSet = true
  if (!hookInThread(own, options?.data)) module.register(pathToFileURL(hook), options)
  return true
}

/** Whether this package has registered the hook in this process. */
export function isLoaderHooked(): boolean {
  return state.isSet
}

function hookInThread(packages: Packages, options: object | undefined): boolean {
  if (!('registerHooks' in module)) return false
  try {
    const hook = packages.load(SYNC_HOOK) as unknown as SyncHook | undefined
    if (!hook?.supportsSyncHooks()) return false
    hook.register(options)
    return true
  } catch {
    // This version of Node cannot `require` an ES module.
    return false
  }
}

/**
 * Options by which the hook leaves the application's own modules alone. A module that is wrapped shows others the first
 * values of its exports: `export let logger`, set later, would stay undefined for those who import it. Undefined where
 * import-in-the-middle is older than these options.
 */
function onlyInstrumented(
  instrumentations: readonly InstrumentationLike[],
  packages: Packages,
): HookOptions | undefined {
  const inTheMiddle = packages.load(IN_THE_MIDDLE) as InTheMiddle | undefined
  const channel = inTheMiddle?.createAddHookMessageChannel?.()
  if (channel === undefined) return undefined
  const names = new Set([...Object.keys(NEEDS), ...instrumentations.flatMap(modulesOf)])
  const { data, transferList } = channel.registerOptions
  return { data: { ...data, include: [...names].flatMap(matches) }, transferList }
}

function modulesOf(instrumentation: InstrumentationLike): string[] {
  try {
    return (instrumentation.getModuleDefinitions?.() ?? []).map(({ name }) => String(name))
  } catch {
    return []
  }
}

/** A package by its name and by its files, which import each other by path. */
function matches(name: string): (string | RegExp)[] {
  if (isAbsolute(name)) return [pathToFileURL(name).href]
  if (module.isBuiltin(name)) return [name]
  return [name, new RegExp(`/node_modules/${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/`)]
}
