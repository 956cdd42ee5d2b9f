// API calls of a program that has nothing else to do.
import { getClient, heartbeat, init, submitFeedback } from '@lognitor/opentelemetry'

init()
if (process.argv[2] === 'ping and go') void heartbeat('tok').ping()
else {
  process.on('beforeExit', () => {})
  console.log(await submitFeedback({ eventId: 'e', comments: 'c' }))
  console.log(await heartbeat('tok').ping())
  getClient().info('goes on')
  console.log('goes on')
}
