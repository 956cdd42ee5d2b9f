import module from 'node:module'
import { pathToFileURL } from 'node:url'
import { shared } from '../common/shared.js'
import type { Packages } from './packages.js'

const ASYNC_HOOK = '@opentelemetry/instrumentation/hook.mjs'
const SYNC_HOOK = 'import-in-the-middle/register-hooks.mjs'

const state = shared('loader-hook', () => ({ isSet: false }))

/** What import-in-the-middle exports there. */
interface SyncHook {
  supportsSyncHooks(): boolean
  register(): void
}

/**
 * Has ES modules patched: OpenTelemetry's instrumentations reach them only through a loader hook. The one that
 * runs in the application's own thread where Node and OpenTelemetry have it, for `module.register` is
 * deprecated; else the one in a thread of its own. Once in a process, whoever asks.
 *
 * @param packages as the instrumentations see them
 * @returns whether the hook is set
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
    // This Node cannot require an ES module.
    return false
  }
}
