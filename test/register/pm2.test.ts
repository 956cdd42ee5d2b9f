import { expect, test } from 'vitest'
import { HTTP, inbox, PINO, REGISTER, runApp, SDK, startServicesForEachTest } from './app.js'

startServicesForEachTest()

const FILES = {
  'app.mjs': `
import pino from 'pino'
pino({}, { write() {} }).info('at work')
console.log(process.env.LOGNITOR_ENVIRONMENT, process.env.NAME, process.env.LOGNITOR_SERVICE)
`,
}

test("zero code reads its variables from PM2's settings of a cluster, where PM2 sets them only later", async () => {
  const settings = {
    LOGNITOR_ENVIRONMENT: 'staging',
    LOGNITOR_SERVICE: 'another',
    LOGNITOR_DEBUG: { not: 'text' },
    NAME: 'shop',
  }
  const env = { pm2_env: JSON.stringify(settings) }
  const { code, stdout } = await runApp([...SDK, HTTP, PINO, 'pino'], env, FILES, [...REGISTER, 'app.mjs'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'staging undefined an-app\n' })
  expect(inbox.logs()).toMatchObject([{ message: 'at work', environment: 'staging', service: 'an-app' }])
})

test('settings of PM2 that are not JSON are ignored', async () => {
  const env = { pm2_env: '{"LOGNITOR_ENV' }
  const { code, stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], env, FILES, [...REGISTER, 'app.mjs'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})
