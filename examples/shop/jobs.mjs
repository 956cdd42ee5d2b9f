// Jobs on a schedule, each with a heartbeat. A night of this shop takes five seconds.
import { heartbeat, withScope } from '@lognitor/opentelemetry'
import pino from 'pino'

const NIGHT_MS = 5000
const SYNC_MS = 2000
/** The nightly job sleeps through one night of this many. */
const MISSED_EVERY = 6

const log = pino({ name: 'jobs', level: 'debug' }, pino.destination(2))
let nights = 0

setInterval(() => {
  nights++
  if (nights % MISSED_EVERY === 0) return log.warn({ night: nights }, 'the nightly report was not started')
  return run('nightly-report', () =>
    log.info({ night: nights, rows: 1000 + nights * 7 }, 'nightly report sent'),
  )
}, NIGHT_MS)

setInterval(() => run('stock-sync', () => log.debug('stock is in sync')), SYNC_MS)

function run(token, job) {
  return withScope(() => heartbeat(token).wrap(async () => job()))
}

process.send?.({ port: 0 })
