import { shared } from '../shared.js'
import type { Guest } from './guest.js'
import { ProcessWatch } from './process-watch.js'

/** One for all copies of this package in a thread: two sets of listeners would take each other for the app's. */
type Join = (guest: Guest) => () => void

/**
 * From here on the end of the process, or of this thread, is attended to for this client: what it holds is
 * delivered, and crashes are logged. To be called again when the client's patience has changed. Gives a function
 * that ends it; with the last client all listeners go.
 */
export function watchProcess(guest: Guest): () => void {
  return shared<Join>('process-watch', createJoin)(guest)
}

function createJoin(): Join {
  const guests = new Set<Guest>()
  let watch: ProcessWatch | undefined
  return (guest) => {
    guests.add(guest)
    watch ??= new ProcessWatch(guests)
    watch.update()
    return () => {
      if (!guests.delete(guest)) return
      watch?.update()
      if (guests.size > 0) return
      watch?.close()
      watch = undefined
    }
  }
}
