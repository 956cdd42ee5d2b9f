import { account } from '../lib/account.mjs'

/** 100 000 logs and 10 000 spans of both SDKs, over both protocols, for one encoding of the Collector's exporter. */
const matrixCase = (encoding, compression, nodeHttp) => ({
  name: `100k logs, 10k spans; ${encoding}, ${compression}`,
  note: `in by gRPC and ${nodeHttp}`,
  needs: 'python',
  async run(stack) {
    const gateway = await stack.gateway()
    const collector = await stack.collector('agent.yaml', {
      env: {
        LOGNITOR_GATEWAY_URL: gateway.url,
        LOGNITOR_ENCODING: encoding,
        LOGNITOR_COMPRESSION: compression,
      },
    })
    const sent = await Promise.all([
      stack.send(collector, { protocol: 'grpc', logs: 40_000, spans: 4_000 }),
      stack.send(collector, { protocol: nodeHttp, logs: 40_000, spans: 4_000 }),
      stack.send(collector, { language: 'python', protocol: 'grpc', logs: 10_000, spans: 1_000 }),
      stack.send(collector, { language: 'python', protocol: 'http/protobuf', logs: 10_000, spans: 1_000 }),
    ])
    return account(stack.inbox, sent)
  },
})

export const matrix = [
  matrixCase('proto', 'gzip', 'http/protobuf'),
  matrixCase('proto', 'none', 'http/json'),
  matrixCase('json', 'gzip', 'http/json'),
  matrixCase('json', 'none', 'http/protobuf'),
]
