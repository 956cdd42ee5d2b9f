// The columns of the table: the event, and how Node itself would report the end of the process.

const exit = { logs: 50, everyMs: 0, termAfterMs: 200 }
// Twenty logs in the outage, and enough time after it.
const outage = { event: 'SIGTERM', status: 'SIGTERM', logs: 20, everyMs: 500, termAfterMs: 60_000 }

export const exits = [
  { ...exit, title: 'falls off the end', event: 'end', status: 0 },
  { ...exit, title: 'process.exit(0)', event: 'exit', status: 0 },
  { ...exit, title: 'uncaught throw', event: 'throw', status: 1, hasError: true },
  { ...exit, title: 'unhandled rejection', event: 'reject', status: 1, hasError: true },
  { ...exit, title: 'SIGTERM, HTTP server open', event: 'SIGTERM', status: 'SIGTERM' },
]

export const outages = [
  { ...outage, title: '30 s of 503', fault: { status: 503, forMs: 30_000 } },
  { ...outage, title: '25 s of 429, Retry-After 15', fault: { status: 429, retryAfter: 15, forMs: 25_000 } },
]
