// One variant, one round, in a fresh process: so that nobody runs on what others have heated up or left behind.
import { setTimeout as sleep } from 'node:timers/promises'
import { VARIANTS } from './variants.mjs'

const BURST = 1000

const [, , name, url, warmUp, measured] = process.argv
const { emit, flush } = await VARIANTS[name](url)
let written = 0

await write(Number(warmUp))
await sleep(50)
globalThis.gc?.()
const before = process.cpuUsage()
await write(Number(measured))
const { user, system } = process.cpuUsage(before)

process.send?.({ usPerRecord: (user + system) / Number(measured), written })
process.disconnect?.()
process.exit()

/** In bursts, each delivered before the next begins, so that no queue overflows. */
async function write(count) {
  for (let left = count; left > 0; left -= BURST) {
    for (let n = Math.min(left, BURST); n > 0; n--) emit(written++)
    await flush()
  }
}
