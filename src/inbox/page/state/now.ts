import { signal } from '@preact/signals'

const EVERY_MS = 1000

/** The current time, updated once a second, for texts such as "3 min ago". */
export const now = signal(Date.now())

setInterval(() => {
  if (document.visibilityState === 'visible') now.value = Date.now()
}, EVERY_MS)
