import type { SampleRates } from '../delivery/outcome.js'
import type { Uploader } from '../delivery/uploader.js'

/** One API key: its way to the service, and what the service last said of it. */
export interface Tenant {
  readonly uploader: Uploader
  sampleRates: SampleRates
}
