import module from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Packages } from './packages.js'

const ASYNC_HOOK = '@opentelemetry/instrumentation/hook.mjs'
const SYNC_HOOK = 'import-in-the-middle/register-hooks.mjs'

/** What import-in-the-middle exports there. */
interface SyncHook {
  supportsSyncHooks(): boolean
  register(): void
}

/**
 * Has ES modules patched: OpenTelemetry's instrumentations reach them only through a loader hook. The one that
 * runs in the application's own thread where Node and OpenTelemetry have it, for `module.register` is
 * deprecated; else the one in a thread of its own.
 *
 * @param packages as the instrumentations see them
 */
export function hookLoader(packages: Packages): void {
  const hook = packages.resolve(ASYNC_HOOK)
  if (hook === undefined || hookInThread(packages.within(ASYNC_HOOK))) return
  module.register(pathToFileURL(hook))
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
