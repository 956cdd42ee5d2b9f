import { LognitorError } from '../config/errors.js'
import { type Inbox, startInbox } from '../inbox/inbox.js'
import { type Command, parseFlags, UsageError, wholeFlag } from './command.js'
import { interrupted } from './interrupted.js'
import { runProgram } from './program.js'

const FIRST_PORT = 4777
const TRIED_PORTS = 20
/** Where \`lognitor gateway\` listens. */
const GATEWAY_PORT = 4778

const HELP = `Usage: lognitor dev [options] [-- command args...]

Starts the inbox: a local page that plays Lognitor, at http://127.0.0.1:${FIRST_PORT} or the next free port.
With a command it also starts that, set up to report to the inbox, and ends with it. Its standard output is then the
command's alone.

  --port N           listen on this port, and on no other
  --max-logs N       logs to hold, the newest (50000)
  --max-requests N   requests to hold, the newest (50000)
  --data FILE        keep what arrives in this file, to be there again after a restart
  -h, --help         print this

  lognitor dev
  lognitor dev -- node app.js`

/** `lognitor dev` */
export const dev: Command = {
  help: HELP,
  async run(args) {
    const split = args.indexOf('--')
    const program = split < 0 ? [] : args.slice(split + 1)
    const own = split < 0 ? args : args.slice(0, split)
    if (own.length > 0 && !own[0]?.startsWith('-')) {
      throw new UsageError(`A program stands behind --: lognitor dev -- ${own.join(' ')}`)
    }
    const flags = parseFlags(own, {
      port: { type: 'string' },
      'max-logs': { type: 'string' },
      'max-requests': { type: 'string' },
      data: { type: 'string' },
    })
    const port = wholeFlag('port', flags.port, 0, 65_535)
    const maxLogs = wholeFlag('max-logs', flags['max-logs'], 1, 10_000_000)
    const maxRequests = wholeFlag('max-requests', flags['max-requests'], 1, 10_000_000)
    const [command, ...rest] = program
    // The standard output of a program is its own: others may read it.
    const stream = command === undefined ? process.stdout : process.stderr
    const say = (line: string) => stream.write(`${line}\n`)
    const limits = {
      ...(maxLogs && { maxLogs }),
      ...(maxRequests && { maxRequests }),
      ...(flags.data !== undefined && { data: flags.data }),
    }
    const inbox = await open(port, limits, say)
    // Before the address is told: whoever reads it may end this at once.
    const ended = command === undefined ? interrupted() : undefined
    say(`Lognitor inbox: ${inbox.url}`)
    try {
      if (command !== undefined) return await runProgram(command, rest, inbox.apiUrl)
      say(`Send to it with LOGNITOR_API_KEY=dev LOGNITOR_API_URL=${inbox.apiUrl}`)
      await ended
      return 0
    } finally {
      await inbox.close()
    }
  },
}

async function open(
  port: number | undefined,
  limits: { maxLogs?: number; maxRequests?: number; data?: string },
  say: (line: string) => void,
): Promise<Inbox> {
  if (port !== undefined) return startInbox({ ...limits, port })
  for (let tried = FIRST_PORT; tried < FIRST_PORT + TRIED_PORTS; tried++) {
    if (tried === GATEWAY_PORT) continue
    try {
      const inbox = await startInbox({ ...limits, port: tried })
      if (tried !== FIRST_PORT) say(`Port ${FIRST_PORT} is taken; the next free one is ${tried}.`)
      return inbox
    } catch (error) {
      if (!(error instanceof LognitorError) || error.code !== 'LOGNITOR_ADDRESS_IN_USE') throw error
    }
  }
  return startInbox(limits)
}
