// Throws in TypeScript that was compiled and bundled. The test looks for the line of the original source.
import { LognitorClient } from '../../../src/client/client.js'
import { MemoryTransport } from '../../../src/testing/memory-transport.js'

interface Order {
  readonly id: number
}

function charge(order: Order): never {
  throw new RangeError(`order ${order.id} is out of range`)
}

const transport = new MemoryTransport()
const client = new LognitorClient({ transport })
try {
  charge({ id: 7 })
} catch (error) {
  client.captureException(error)
}
void client.flush().then(() => console.log(JSON.stringify(transport.logs[0]?.error)))
