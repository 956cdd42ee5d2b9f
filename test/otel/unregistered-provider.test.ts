import { expect, test } from 'vitest'
import { inbox, runApp, startServicesForEachTest } from '../register/app.js'

startServicesForEachTest()

const APP = `
import { init, LognitorLogRecordProcessor } from '@lognitor/opentelemetry'
import { LoggerProvider } from '@opentelemetry/sdk-logs'
const processors = [new LognitorLogRecordProcessor({ client: init() })]
const logger = new LoggerProvider({ processors }).getLogger('a-library')
const exception = Object.assign(new Error('no stock'), { orderId: 7 })
logger.emit({ body: 'first', severityNumber: 17, exception, attributes: { at: new Date(0), sum: 2n ** 60n } })
`

test('the first record of a provider that is not registered keeps all of its fields', async () => {
  await runApp(['@opentelemetry/api', '@opentelemetry/sdk-logs'], {}, { 'app.mjs': APP }, ['app.mjs'])
  const logs = inbox.logs().map(({ message, metadata }) => ({ message, metadata }))
  const metadata = { error: { orderId: 7 }, at: '1970-01-01T00:00:00.000Z', sum: '1152921504606846976' }
  expect(logs).toMatchObject([{ message: 'first', metadata }])
})
