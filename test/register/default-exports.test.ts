import { expect, test } from 'vitest'
import { HTTP, messages, runApp, SDK, startServicesForEachTest } from './app.js'

startServicesForEachTest()

const CONNECT = '@opentelemetry/instrumentation-connect'
const CONNECT_APP = {
  'app.mjs': `import connect from 'connect'\nimport { info } from '@lognitor/opentelemetry'\nconst app = connect()\napp.use(() => {})\ninfo('made ' + typeof app)`,
  'node_modules/connect/package.json': JSON.stringify({ name: 'connect', version: '3.7.0' }),
  'node_modules/connect/index.js':
    'module.exports = () => Object.assign(() => {}, { use() { return this }, handle() {} })',
}

test('an ES module may import a package whose instrumentation knows only CommonJS', async () => {
  const { code, stderr } = await runApp([...SDK, HTTP, CONNECT], {}, CONNECT_APP)
  expect([code, stderr]).toEqual([0, ''])
  expect(messages()).toEqual(['made function'])
})
