import type { Settings } from '../config/options.js'

/** Whether anything can be sent with these settings. */
export function isSwitchedOn({ enabled, apiKey, transport }: Settings): boolean {
  return enabled && !!(apiKey || transport)
}

/** Whether the exit sender delivers undelivered logs at the end of the process with these settings. */
export function deliversAtExit({ apiKey, enabled, flushOnExit, transport }: Settings): boolean {
  return enabled && !!apiKey && !!flushOnExit && transport === undefined
}
