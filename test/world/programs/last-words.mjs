// A log and the end of the process, in one turn of the event loop.
import { error, info } from '@lognitor/opentelemetry'

info('first words', { metadata: { n: 1 } })
error('last words', { error: new RangeError('out of stock') })
process.exit(7)
