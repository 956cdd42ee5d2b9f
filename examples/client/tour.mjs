// Every call of the companion client: node examples/client/tour.mjs
import * as lognitor from '@lognitor/opentelemetry'

// LOGNITOR_API_KEY comes from the environment. What is called before `init` waits for it.
lognitor.info('Starting')
lognitor.init({ service: 'shop', environment: 'development', version: '2.1.0' })

lognitor.debug('Cache miss', { metadata: { key: 'user:123' } })
lognitor.info('Order created', {
  metadata: { orderId: 'ord_456' },
  tags: ['orders'],
  action: 'order.created',
})
lognitor.warn('Rate limit near', { metadata: { usage: 850, limit: 1000 } })
lognitor.error('Payment failed', {
  error: { type: 'CardError', message: 'declined' },
  action: 'payment.failed',
})
lognitor.fatal('Disk full', { notify: true, notifyChannels: ['email'] })
lognitor.log('info', 'With the level as an argument')
lognitor.getClient().info('By the client itself')

// One job, with its own user, context and trail.
const eventId = await lognitor.withScope(async () => {
  lognitor.setUser({ id: 'user_123', email: 'ada@example.com' })
  lognitor.setSession('session_1')
  lognitor.setContext({ region: 'eu' })
  lognitor.setTags(['checkout'])
  lognitor.addBreadcrumb({ type: 'http', category: 'api', message: 'GET /api/cart 200', data: { items: 3 } })
  try {
    throw new TypeError('card declined', { cause: new Error('expired') })
  } catch (error) {
    return lognitor.captureException(error, { metadata: { orderId: 'ord_456' } })
  } finally {
    lognitor.clearUser()
  }
})
await lognitor.submitFeedback({ eventId, comments: 'The page froze', name: 'Ada' })

const timer = lognitor.startTimer()
await lognitor.timed('load rows', async () => ['row'])
timer.end('Report finished', { perf: { rows: 1 } })

const payments = lognitor.child({ service: 'payments', metadata: { module: 'pay' }, tags: ['payments'] })
payments.child({ version: '2.2.0' }).info('Charge created')

await lognitor.heartbeat('nightly').ping()
lognitor.heartbeat('hourly').wrap((name) => `done: ${name}`, 'clean-up')

const release = await lognitor.registerRelease({ version: '2.1.0', commitHash: 'a1b2c3d', branch: 'main' })
lognitor.info('Released', { metadata: { release: release?.releaseId ?? 'unknown' } })

lognitor.pause()
lognitor.info('Kept until resume')
lognitor.resume()
lognitor.reconfigure({ minLevel: 'warn' })
lognitor.info('No longer wanted')

const delivered = await lognitor.flush()
const { accepted, dropped } = lognitor.stats()
console.log(JSON.stringify({ delivered, accepted, dropped }))
await lognitor.shutdown()
