// Sends export requests in protobuf over a few connections, as fast as they are answered. The bodies are created
// before.
import { Agent, request } from 'node:http'
import { createRequire } from 'node:module'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { attributes, message, SERVICE, SPAN_CONTEXT } from '../logs/record.mjs'

const require = createRequire(import.meta.url)
const { ProtobufLogsSerializer } = require('@opentelemetry/otlp-transformer')

const BODIES = 40
const CONNECTIONS = 6
const RECORDS_A_REQUEST = 500

const resource = resourceFromAttributes({
  'service.name': SERVICE.name,
  'service.version': SERVICE.version,
  'deployment.environment.name': SERVICE.environment,
  'host.name': 'node-17',
})
const instrumentationScope = { name: 'orders' }

const [url] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
const bodies = Array.from({ length: BODIES }, (_, index) => bodyOf(index))
process.on('message', async (requests) => {
  let left = requests
  let refused = 0
  const sender = async () => {
    while (left-- > 0) {
      // An answer that asks to retry does not count: the same body is sent until it is accepted.
      while ((await post(bodies[left % BODIES])) !== 200) {
        refused++
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, sender))
  process.send({ refused })
})
process.on('disconnect', () => process.exit())
process.send('ready')

function bodyOf(index) {
  const records = Array.from({ length: RECORDS_A_REQUEST }, (_, place) => {
    const number = index * RECORDS_A_REQUEST + place
    const time = [1_790_000_000 + Math.floor(number / 1000), (number % 1000) * 1e6]
    return {
      hrTime: time,
      hrTimeObserved: time,
      severityNumber: 9,
      severityText: 'INFO',
      body: message(number),
      spanContext: SPAN_CONTEXT,
      attributes: attributes(number),
      droppedAttributesCount: 0,
      resource,
      instrumentationScope,
    }
  })
  return Buffer.from(ProtobufLogsSerializer.serializeRequest(records))
}

function post(body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length }
    const outgoing = request(`${url}/v1/logs`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
