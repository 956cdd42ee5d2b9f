import cluster from 'node:cluster'
import { openGateway } from '../gateway/gateway.js'
import { type GatewaySettings, resolveGatewayOptions } from '../gateway/gateway-options.js'
import { samples } from '../gateway/gateway-stats.js'
import { stderrLog } from '../gateway/operator-log.js'
import { type Command, wholeFlag } from './command.js'
import { askForFigures, tellFigures } from './gateway-figures.js'
import { GATEWAY_FLAGS, readGatewayFlags } from './gateway-flags.js'
import { workerHolds } from './gateway-holds.js'
import { tellListening } from './gateway-listening.js'
import { CLOSE, leadWorkers } from './gateway-workers.js'
import { interrupted } from './interrupted.js'

const flags = [...GATEWAY_FLAGS].map(([name, { kind, help }]) => {
  const isSwitch = kind.expected === 'true or false'
  return `  ${`--${name}${isSwitch ? '' : ' X'}`.padEnd(28)}${help}`
})

const HELP = `Usage: lognitor gateway [options]

Receives OTLP/HTTP (POST /v1/logs and /v1/traces, protobuf and JSON) from Collectors and SDKs and delivers it to
Lognitor with the key in LOGNITOR_API_KEY. The gateway stores nothing: it answers when Lognitor has answered.

  --workers N                 processes that share the work (1)
${flags.join('\n')}
  -h, --help                  print this

All but --workers can also be set in the environment: LOGNITOR_API_URL, LOGNITOR_MIN_LEVEL ...; the gateway's own are
LOGNITOR_GATEWAY_LISTEN, _TOKEN (one,another), _NO_AUTH and _PASS_THROUGH_KEY; --service-version is LOGNITOR_VERSION.`

/** `lognitor gateway` */
export const gateway: Command = {
  help: HELP,
  async run(args) {
    const { options, workers } = readGatewayFlags(args)
    const count = wholeFlag('workers', workers, 1, 256) ?? 1
    const settings = resolveGatewayOptions(options)
    if (cluster.isWorker) return work(settings)
    return count === 1 ? alone(settings) : leadWorkers(count, settings)
  },
}

async function alone(settings: GatewaySettings): Promise<number> {
  const say = stderrLog(settings.logFormat)
  const running = await openGateway(settings, { say })
  tellListening(running.url, 1, settings)
  await interrupted()
  await running.close()
  return 0
}

async function work(settings: GatewaySettings): Promise<number> {
  const stopped = Promise.race([interrupted(), toldToClose()])
  // A closing server informs the primary process. That fails when the primary process has ended, which is no error
  // here.
  cluster.worker?.on('error', () => {})
  try {
    const running = await openGateway(settings, {
      figures: askForFigures,
      holds: workerHolds,
      say: stderrLog(settings.logFormat),
    })
    tellFigures(() => samples(running.stats()))
    await stopped
    await running.close()
    return 0
  } finally {
    process.disconnect()
  }
}

function toldToClose(): Promise<void> {
  return new Promise((resolve) => {
    process.on('message', (word) => {
      if (word === CLOSE) resolve()
    })
  })
}
