import { LognitorClient } from '../../src/client/client.js'
import type { Options } from '../../src/config/options.js'
import { MemoryTransport } from '../../src/testing/memory-transport.js'
import type { Log } from '../../src/wire/log.js'

export interface InMemory {
  readonly client: LognitorClient
  readonly transport: MemoryTransport
  /** The logs, after everything was sent. */
  logs(): Promise<readonly Log[]>
}

/** A client whose logs stay in memory. */
export function inMemory(options: Options = {}): InMemory {
  const transport = new MemoryTransport()
  const client = new LognitorClient({ ...options, transport })
  return {
    client,
    transport,
    logs: async () => {
      await client.flush()
      return transport.logs
    },
  }
}
