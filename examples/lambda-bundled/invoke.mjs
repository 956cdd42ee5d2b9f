// Plays AWS Lambda: calls the handler of the bundle, and as soon as it has answered stops the process dead.
import { handler } from './out/index.mjs'

const items = process.argv.slice(2)
const event = {
  rawPath: '/orders',
  requestContext: {
    domainName: 'orders.example',
    http: { method: 'POST', path: '/orders', sourceIp: '203.0.113.7', userAgent: 'curl' },
    authorizer: { lambda: { user: 'ada' } },
  },
  body: JSON.stringify({ items }),
}
const context = { awsRequestId: 'b7a3c1', functionName: 'orders', getRemainingTimeInMillis: () => 3000 }

const answer = await handler(event, context).catch((error) => ({ errorType: error.name }))
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.kill(process.pid, 'SIGKILL'))
