export type { InFlightBatch as Parcel } from './in-flight-batch.js'
