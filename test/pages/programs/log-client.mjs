import { info } from '@lognitor/opentelemetry'

export const log = { info }
