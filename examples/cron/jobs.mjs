// Jobs of the package `cron` with a heartbeat each: node examples/cron/jobs.mjs
import { addBreadcrumb, heartbeat, info, init, withScope } from '@lognitor/opentelemetry'
import { CronJob } from 'cron'

// LOGNITOR_API_KEY comes from the environment.
init({ service: 'nightly-jobs' })
const cronTime = process.env.SCHEDULE ?? '0 0 3 * * *'

/** Each run in a scope of its own: what one leaves behind is no part of the next one's errors. */
const withHeartbeat = (token, job) => () => withScope(() => heartbeat(token).wrap(job))

async function sendReport() {
  await new Promise((resolve) => setTimeout(resolve, 5))
  info('Report sent', { metadata: { pages: 12 } })
}

async function syncStock() {
  addBreadcrumb({ category: 'stock', message: 'asked the warehouse' })
  throw new Error('The warehouse does not answer')
}

// A run that succeeds pings its monitor. One that fails is captured and does not: the monitor finds it missing.
CronJob.from({ cronTime, onTick: withHeartbeat('send-report', sendReport), start: true })
CronJob.from({
  cronTime,
  onTick: withHeartbeat('sync-stock', syncStock),
  start: true,
  // What the job threw arrives here as ever; without a handler `cron` prints it.
  errorHandler: (error) => console.error(error.message),
})
