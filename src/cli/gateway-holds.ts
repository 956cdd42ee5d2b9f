import cluster from 'node:cluster'
import type { HoldChange } from '../gateway/forward/service-hold.js'
import type { HoldExchange } from '../gateway/gateway.js'

/** What a worker has learnt of a key. The key itself is in no message. */
interface HoldWord {
  readonly hold: string
  readonly change?: HoldChange
}

/** In the leading process: hands on to all other workers what one of them has learnt. */
export function shareHolds(): void {
  cluster.on('message', (teller, word: unknown) => {
    if (!isHoldWord(word)) return
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker !== undefined && worker !== teller && worker.isConnected()) worker.send(word, ignore)
    }
  })
}

/** In a worker. */
export const workerHolds: HoldExchange = {
  share: (hold, change) => {
    const word: HoldWord = { hold, ...(change && { change }) }
    if (process.connected) process.send?.(word, undefined, undefined, ignore)
  },
  hear: (adopt) => {
    process.on('message', (word: unknown) => {
      if (isHoldWord(word)) adopt(word.hold, word.change)
    })
  },
}

function isHoldWord(word: unknown): word is HoldWord {
  return typeof word === 'object' && word !== null && typeof (word as Partial<HoldWord>).hold === 'string'
}

/** What cannot be said to a worker that is ending is not said. */
function ignore(): void {}
