// The columns of the table: how a process ends, and how Node itself says that it has.
export const exits = [
  { title: 'falls off the end', event: 'end', status: 0 },
  { title: 'process.exit(0)', event: 'exit', status: 0 },
  { title: 'uncaught throw', event: 'throw', status: 1 },
  { title: 'unhandled rejection', event: 'reject', status: 1 },
  { title: 'SIGTERM, HTTP server open', event: 'SIGTERM', status: 'SIGTERM' },
]
