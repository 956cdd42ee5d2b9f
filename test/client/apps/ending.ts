// Programs that end in different ways with logs or pings still to send. The first argument chooses one.
import * as lognitor from '../../../src/index.js'

const programs: Readonly<Record<string, () => unknown>> = {
  async 'awaits a release'() {
    lognitor.init()
    const release = await lognitor.registerRelease({ version: '1.0.0' })
    console.log(`release ${release?.releaseId !== undefined}`)
  },
  async 'awaits a release that cannot be had'() {
    lognitor.init()
    console.log(`release ${await lognitor.registerRelease({ version: '1.0.0' })}`)
    await lognitor.shutdown(100)
  },
  'wraps a job and has nothing left to do'() {
    lognitor.init()
    lognitor.heartbeat('nightly').wrap(() => 'done')
  },
  async 'wraps a job and exits'() {
    lognitor.init()
    await lognitor.heartbeat('nightly').wrap(async () => 'done')
    process.exit(3)
  },
  async 'never calls init'() {
    lognitor.info('nobody called init')
    console.log(`taken ${await lognitor.submitFeedback({ eventId: 'e', comments: 'c' })}`)
  },
  async 'never calls init, and has something to do'() {
    lognitor.info('nobody called init')
    await new Promise((resolve) => setTimeout(resolve, 20))
    lognitor.info('still nobody')
  },
  'never calls init, and exits'() {
    lognitor.info('nobody called init')
    process.exit(3)
  },
  'never calls init, and crashes'() {
    const error = new Error('crashed')
    lognitor.captureException(error, { metadata: { by: 'hand' } })
    lognitor.info('nobody called init')
    throw error
  },
  'never calls init, and is asked to end'() {
    lognitor.info('nobody called init')
    setInterval(() => {}, 1000)
    process.kill(process.pid, 'SIGTERM')
  },
}

void programs[process.argv[2] ?? '']?.()
