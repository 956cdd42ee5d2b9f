// Trusts a private certificate, as the whole process may be told to, and ends.
const { readFileSync } = require('node:fs')
const tls = require('node:tls')

tls.setDefaultCACertificates([readFileSync(process.env.CERTIFICATE, 'utf8')])
const client = require('@lognitor/opentelemetry').init()
for (let n = 0; n < 50; n++) client.info(`log ${n}`)
process.on('exit', () => process.stdout.write(JSON.stringify(client.stats())))
process.exit(0)
