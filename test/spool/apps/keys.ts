// Logs for a while under keys that change again and again, and says what was dropped. Then waits, or ends.
import { resolveOptions } from '../../../src/config/options.js'
import { Pipeline } from '../../../src/pipeline/pipeline.js'
import { pseudoRandom } from '../../support/pseudo-random.js'

const { SEED, KEYS = '', TURNS, STAYS } = process.env
const keys = KEYS.split(',')
const random = pseudoRandom(Number(SEED))
const settings = { flushInterval: 40, maxQueueSize: 60, maxRetries: 1, apiKey: keys[0] as string }
const pipeline = new Pipeline(resolveOptions(settings))

async function run(): Promise<void> {
  for (let turn = 0; turn < Number(TURNS); turn++) {
    for (let n = 0; n < 20; n++) {
      const timestamp = new Date().toISOString()
      if (pipeline.wants('info'))
        pipeline.write({ level: 'info', message: `${SEED} ${turn} ${n}`, timestamp }, { source: 'call' })
    }
    await new Promise((resolve) => setTimeout(resolve, random() * 80))
    // What our own backoff holds goes now: the key is to change while much is under way.
    void pipeline.flush(0)
    const apiKey = keys[Math.floor(random() * keys.length)] as string
    if (random() < 0.3) pipeline.reconfigure({ ...pipeline.settings, apiKey })
  }
  // By then everything undelivered is on disk.
  await new Promise((resolve) => setTimeout(resolve, 1000))
  if (STAYS) setInterval(() => {}, 1000)
  else await pipeline.shutdown(0)
  process.stdout.write(`${JSON.stringify(pipeline.stats().dropped)}\n`)
}

void run()
