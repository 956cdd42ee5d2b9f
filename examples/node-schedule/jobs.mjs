// Jobs of the package `node-schedule` with a heartbeat each: node examples/node-schedule/jobs.mjs
import { addBreadcrumb, heartbeat, info, init, withScope } from '@lognitor/opentelemetry'
import { scheduleJob } from 'node-schedule'

// LOGNITOR_API_KEY comes from the environment.
init({ service: 'nightly-jobs' })
const rule = process.env.SCHEDULE ?? '0 0 3 * * *'

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
scheduleJob(rule, withHeartbeat('send-report', sendReport))
// What the job threw is the job's `error` event as ever, and without a listener the end of the process.
scheduleJob(rule, withHeartbeat('sync-stock', syncStock)).on('error', (error) => console.error(error.message))
