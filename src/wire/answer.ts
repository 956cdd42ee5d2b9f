/** Why one log of a batch was not taken. */
export interface Rejection {
  index: number
  code: string
  field?: string
  message: string
}

/** What the service answers to a batch, with 200 and with 422. */
export interface IngestAnswer {
  accepted: number
  rejected: number
  errors: Rejection[]
  message?: string
}

/** Response header with the share of each level to send from now on: `{"debug": 0.1}`. */
export const SAMPLE_RATES_HEADER = 'x-lognitor-sample-rates'
