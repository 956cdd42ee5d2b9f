// Logs more than a batch at each `beforeExit` event.
const client = require('@lognitor/opentelemetry').init()
let times = 0
process.on('beforeExit', () => {
  times++
  for (let n = 0; n < 30; n++) client.info(`log ${n}`)
})
process.on('exit', () => process.stdout.write(String(times)))
