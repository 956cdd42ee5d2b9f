export { addBreadcrumb, captureException, flush, init } from '@sentry/node'
