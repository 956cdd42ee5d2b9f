import module from 'node:module'
import { pathToFileURL } from 'node:url'
import { isMainThread, parentPort } from 'node:worker_threads'
import { shared } from '../common/shared.js'
import type { Packages } from './packages.js'

const ASYNC_HOOK = '@opentelemetry/instrumentation/hook.mjs'
const SYNC_HOOK = 'import-in-the-middle/register-hooks.mjs'

const state = shared('loader-hook', () => ({ isSet: false }))

/** Node's own thread for loader hooks, into which Node also preloads --require, and where no application code runs. */
export const isHooksThread = !isMainThread && parentPort === null

/** The exports of import-in-the-middle that are used here. */
interface SyncHook {
  supportsSyncHooks(): boolean
  register(): void
}

/**
 * Registers the loader hook through which OpenTelemetry's instrumentations patch ES modules. Where Node and
 * OpenTelemetry support it, the hook runs in the application's own thread, because `module.register` is deprecated;
 * else in a thread of its own. Later calls in the process do nothing.
 *
 * @param packages packages as the instrumentations see them
 * @returns whether the hook is registered
 */
export function hookLoader(packages: Packages): boolean {
  if (state.isSet) return true
  const hook = packages.resolve(ASYNC_HOOK)
  if (hook === undefined) return false
  state.isSet = true
  if (!hookInThread(packages.within(ASYNC_HOOK))) module.register(pathToFileURL(hook))
  return true
}

function hookInThread(packages: Packages): boolean {
  if (!('registerHooks' in module)) return false
  try {
    const hook = packages.load(SYNC_HOOK) as unknown as SyncHook | undefined
    if (!hook?.supportsSyncHooks()) return false
    hook.register()
    return true
  } catch {
    // This version of Node cannot `require` an ES module.
    return false
  }
}
