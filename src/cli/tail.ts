import { isLevel, LEVELS } from '../wire/level.js'
import type { Log } from '../wire/log.js'
import { type Command, parseFlags, UsageError } from './command.js'
import { readEvents } from './event-stream.js'
import { formatLog } from './log-line.js'

const HELP = `Usage: lognitor tail [options]

Prints the logs that an inbox receives from now on.

  --url URL        the inbox (http://127.0.0.1:4777)
  --level LEVELS   only these: ${LEVELS.join(', ')}; several with commas
  --service NAME   only of this service
  --trace ID       only of this trace
  --json           each log as one line of JSON
  -h, --help       print this`

const RETRY_MS = 1000

/** `lognitor tail` */
export const tail: Command = {
  help: HELP,
  async run(args) {
    const flags = parseFlags(args, {
      url: { type: 'string', default: 'http://127.0.0.1:4777' },
      level: { type: 'string' },
      service: { type: 'string' },
      trace: { type: 'string' },
      json: { type: 'boolean', default: false },
    })
    const unknown = flags.level?.split(',').find((level) => !isLevel(level))
    if (unknown !== undefined)
      throw new UsageError(`--level must be of ${LEVELS.join(', ')}, not "${unknown}".`)
    const address = streamAddress(flags.url, {
      level: flags.level,
      service: flags.service,
      trace_id: flags.trace,
    })
    const hasColor = process.stdout.isTTY === true && !process.env.NO_COLOR
    const print = (data: string) => {
      process.stdout.write(`${flags.json ? data : formatLog(JSON.parse(data) as Log, hasColor)}\n`)
    }
    return follow(address, print)
  },
}

function streamAddress(inbox: string, filters: Record<string, string | undefined>): URL {
  const url = URL.canParse(inbox) ? new URL(inbox) : undefined
  if (url?.protocol !== 'http:') throw new UsageError(`--url must be an http address, not "${inbox}".`)
  const address = new URL('/inbox/api/stream?events=log', url)
  for (const [name, value] of Object.entries(filters)) {
    if (value !== undefined) address.searchParams.set(name, value)
  }
  return address
}

/** Reads until it is stopped. An inbox that goes away is waited for; one that was never there is not. */
async function follow(address: URL, print: (data: string) => void): Promise<number> {
  let wasConnected = false
  for (;;) {
    const outcome = await readEvents(address, (data) => {
      print(data)
    })
    if (outcome.refusal !== undefined) {
      process.stderr.write(`lognitor: the inbox refused: ${outcome.refusal}\n`)
      return 1
    }
    if (!outcome.isConnected && !wasConnected) {
      process.stderr.write(`lognitor: no inbox answers at ${address.origin}. Start one with lognitor dev.\n`)
      return 1
    }
    if (outcome.isConnected) process.stderr.write('lognitor: the inbox went away; waiting for it.\n')
    wasConnected = true
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}
