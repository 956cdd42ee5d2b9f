import cluster from 'node:cluster'
import type { HoldChange } from '../gateway/forward/service-hold.js'
import type { HoldExchange } from '../gateway/gateway.js'

/** What a worker has learnt about a key. The message names the key by its hash. */
interface HoldMessage {
  readonly hold: string
  readonly change?: HoldChange
}

/** In the primary process: passes on to all other workers what one of them has learnt. */
export function shareHolds(): void {
  cluster.on('message', (sender, message: unknown) => {
    if (!isHoldMessage(message)) return
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker !== undefined && worker !== sender && worker.isConnected()) worker.send(message, ignore)
    }
  })
}

/** In a worker: sends what it has learnt, and receives what the others have. */
export const workerHolds: HoldExchange = {
  share: (hold, change) => {
    const message: HoldMessage = { hold, ...(change && { change }) }
    if (process.connected) process.send?.(message, undefined, undefined, ignore)
  },
  hear: (adopt) => {
    process.on('message', (message: unknown) => {
      if (isHoldMessage(message)) adopt(message.hold, message.change)
    })
  },
}

function isHoldMessage(message: unknown): message is HoldMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    typeof (message as Partial<HoldMessage>).hold === 'string'
  )
}

/** A worker that is ending may miss a message. */
function ignore(): void {}
