/** Why one log of a batch was refused. */
export interface Rejection {
  index: number
  code: string
  field?: string
  message: string
}

/** The service's answer to a batch, with status 200 or 422. */
export interface IngestAnswer {
  accepted: number
  rejected: number
  errors: Rejection[]
  message?: string
}

/** Response header with the share of each level to send from now on, such as `{"debug": 0.1}`. */
export const SAMPLE_RATES_HEADER = 'x-lognitor-sample-rates'
