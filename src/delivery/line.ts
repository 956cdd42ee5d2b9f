export type { EndpointQueue as Line } from './endpoint-queue.js'
