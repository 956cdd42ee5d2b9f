import { signal } from '@preact/signals'

const EVERY_MS = 1000

/** The time of now, once a second, for what says how long ago something was. */
export const now = signal(Date.now())

setInterval(() => {
  if (document.visibilityState === 'visible') now.value = Date.now()
}, EVERY_MS)
