// Sentry, loaded before the application, with an error that it has to deliver.
import * as Sentry from '@sentry/node'

Sentry.init({ dsn: process.env.SENTRY_DSN, tracesSampleRate: 1 })
Sentry.captureException(new Error('of Sentry'))
globalThis.flushOther = () => Sentry.flush()
